"""Which request reaches which function."""

from collections.abc import Callable

import azure.functions as func
import pytest

from local.host.tests.unit.apps import indexed
from local.host.web.routes import Router, compile_template, unescape


@pytest.mark.parametrize(
    ("template", "path", "expected"),
    [
        ("items", "/items", {}),
        ("items", "/ITEMS/", {}),
        ("items", "/items/1", None),
        ("items/{id}", "/items/7", {"id": "7"}),
        ("items/{id}", "/items", None),
        ("items/{id}", "/items/a/b", None),
        ("items/{id?}", "/items", {}),
        ("items/{id?}", "/items/7", {"id": "7"}),
        ("items/{id:int}", "/items/-7", {"id": "-7"}),
        ("items/{id:int}", "/items/seven", None),
        ("items/{id:int?}", "/items", {}),
        (
            "items/{id:guid}",
            "/items/0af76519-16cd-43dd-8448-eb211c80319c",
            {"id": "0af76519-16cd-43dd-8448-eb211c80319c"},
        ),
        ("items/{id:guid}", "/items/0af7", None),
        ("items/{a:alpha:length(3)}", "/items/abc", {"a": "abc"}),
        ("items/{a:alpha:length(3)}", "/items/ab1", None),
        ("items/{a:alpha:length(3)}", "/items/abcd", None),
        ("items/{n:range(1,5)}", "/items/5", {"n": "5"}),
        ("items/{n:range(1,5)}", "/items/6", None),
        ("items/{n:min(3)}", "/items/2", None),
        ("items/{b:bool}", "/items/True", {"b": "True"}),
        ("items/{a:regex(^x.$)}", "/items/xy", {"a": "xy"}),
        ("items/{a:regex(^x.$)}", "/items/y", None),
        ("items/{page=1}", "/items", {"page": "1"}),
        ("files/{*path}", "/files/a/b.txt", {"path": "a/b.txt"}),
        ("files/{*path}", "/files", {}),
        ("{a}-{b}.json", "/x-y.json", {"a": "x", "b": "y"}),
        ("items/{id}", "/items/a%20b", {"id": "a b"}),
        ("items/{id}", "/items/a%2Fb", {"id": "a%2Fb"}),
        ("café", "/caf%C3%A9", {}),
        ("a.b", "/axb", None),
    ],
)
def test_templates(template: str, path: str, expected: dict[str, str] | None) -> None:
    assert compile_template(template).match(unescape(path)) == expected


def getter(req: func.HttpRequest) -> str:
    return ""


def poster(req: func.HttpRequest) -> str:
    return ""


def single(req: func.HttpRequest) -> str:
    return ""


@pytest.fixture
def build() -> Callable[[str], Router]:
    """Three functions: two on one route by method, one behind them."""

    def make(prefix: str) -> Router:
        app = func.FunctionApp()
        app.route(route="items", methods=["GET"])(getter)
        app.route(route="items", methods=["POST"])(poster)
        app.route(route="items/{id}")(single)
        return Router(indexed(app), prefix)

    return make


@pytest.mark.parametrize(
    ("prefix", "method", "path", "expected"),
    [
        ("api", "GET", "/api/items", "getter"),
        ("api", "POST", "/api/items", "poster"),
        ("api", "DELETE", "/api/items", None),
        ("api", "HEAD", "/api/items", None),
        ("api", "PATCH", "/api/items/1", "single"),
        ("api", "GET", "/items", None),
        ("", "GET", "/items", "getter"),
        ("v1/x", "GET", "/v1/x/items", "getter"),
    ],
)
def test_method_and_path_choose_the_function(
    build: Callable[[str], Router], prefix: str, method: str, path: str, expected: str | None
) -> None:
    found = build(prefix).match(method, path)
    assert (found.function.name if found else None) == expected
