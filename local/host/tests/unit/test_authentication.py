"""App Service Authentication over real sockets: tokens, the sign-in page, cookies, and headers that are forged."""

import base64
import http.client
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import azure.functions as func
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from local.host.errors import UsageError
from local.host.invoke.invoker import Invoker
from local.host.tests.unit.apps import indexed
from local.host.web.admin import Admin
from local.host.web.app import WebApp
from local.host.web.authentication import Authentication
from local.host.web.identity import load_people
from local.host.web.keys import Keys
from local.host.web.server import HttpServer
from local.host.web.sessions import AT_MOST, Sessions

KEY, OTHER = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
ISSUER, AUDIENCE = "http://127.0.0.1:1/tenant/v2.0", "app"
CLAIMS = {
    "iss": ISSUER,
    "aud": AUDIENCE,
    "exp": 4_000_000_000,
    "oid": "1",
    "tid": "t",
    "name": "Ada <b>",
    "preferred_username": "ada@partner.example",
    "roles": ["Toy.Read", "Toy.Write"],
}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def token(key: Any = KEY, kid: str = "k", alg: str = "ES256", **claims: Any) -> str:
    found = {name: value for name, value in {**CLAIMS, **claims}.items() if value is not None}
    return jwt.encode(found, key, alg, headers={"kid": kid})


def people_file(folder: Path, **changed: Any) -> Path:
    jwk = ECAlgorithm.to_jwk(KEY.public_key(), as_dict=True) | {"kid": "k", "use": "sig", "alg": "ES256"}
    people = [{"name": "Ada <b>", "token": token(), "roles": ["ignored"]}, {"name": "Eve", "token": token(oid="2")}]
    content = {"issuer": ISSUER, "audience": AUDIENCE, "jwks": {"keys": [jwk]}, "people": people, **changed}
    file = folder / "people.json"
    file.write_text(json.dumps(content))
    return file


def _app() -> func.FunctionApp:
    app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)

    @app.route(route="echo")
    def echo(req: func.HttpRequest) -> str:
        return json.dumps({name: value for name, value in req.headers.items() if name.startswith("x-ms-")})

    @app.route(route="closed", auth_level=func.AuthLevel.FUNCTION)
    def closed(req: func.HttpRequest) -> str:
        return "opened"

    return app


@pytest.fixture(scope="module", params=[True, False], ids=["on", "off"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HttpServer]:
    provider = load_people(people_file(tmp_path_factory.mktemp("people")))
    authentication = Authentication(provider) if request.param else None
    invoker, functions = Invoker(environ={}), indexed(_app())
    admin = Admin(functions, lambda _: False, lambda: "Running")
    web = WebApp(functions, "api", Keys(host=("host",)), invoker, admin, authentication)
    found = HttpServer(0, web.handle)
    found.start()
    yield found
    found.stop()
    invoker.close()


on = pytest.mark.parametrize("server", [True], indirect=True, ids=["on"])
off = pytest.mark.parametrize("server", [False], indirect=True, ids=["off"])


class Answer:
    def __init__(self, answer: http.client.HTTPResponse) -> None:
        self.status, self.headers, self.body = answer.status, answer.headers, answer.read()


def ask(
    server: HttpServer,
    method: str,
    path: str,
    headers: dict[str, str] | None = None,
    form: dict[str, str] | None = None,
) -> Answer:
    link = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    try:
        link.request(method, path, urlencode(form) if form else None, (headers or {}) | (FORM if form else {}))
        return Answer(link.getresponse())
    finally:
        link.close()


def seen(server: HttpServer, headers: dict[str, str], method: str = "GET") -> dict[str, Any]:
    answer = ask(server, method, "/api/echo", headers)
    assert answer.status == 200
    found: dict[str, Any] = json.loads(answer.body)
    return found


def bearer(text: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {text}"}


def cookie_of(answer: Answer) -> dict[str, str]:
    return {"Cookie": answer.headers["Set-Cookie"].partition(";")[0]}


FORGED = {"X-MS-CLIENT-PRINCIPAL": "e30=", "X_MS_CLIENT_PRINCIPAL": "e30=", "x-ms-client-principal-id": "1"}


@on
@pytest.mark.parametrize("name", FORGED)
def test_what_a_caller_sends_under_the_platforms_names_is_taken_away(server: HttpServer, name: str) -> None:
    assert seen(server, {name: FORGED[name]}) == {}
    both = seen(server, {name: FORGED[name], **bearer(token())})
    assert both["x-ms-client-principal-id"] == "1"
    assert both["x-ms-client-principal"] != "e30="


@off
def test_switched_off_it_takes_nothing_away_and_adds_nothing(server: HttpServer) -> None:
    """So an application that believes the header then is found out here, not in Azure."""
    assert seen(server, {"X-MS-CLIENT-PRINCIPAL": "e30="}) == {"x-ms-client-principal": "e30="}
    assert seen(server, bearer(token())) == {}
    for path in ("/.auth/me", "/.auth/login/aad", "/.auth/logout"):
        assert ask(server, "GET", path).status == 404


@on
def test_a_token_becomes_the_platforms_headers(server: HttpServer) -> None:
    found = seen(server, bearer(token()))
    assert found["x-ms-client-principal-name"] == "ada@partner.example"
    assert found["x-ms-client-principal-idp"] == "aad"
    principal = json.loads(base64.b64decode(found["x-ms-client-principal"]))
    claims = [(one["typ"], one["val"]) for one in principal["claims"]]
    assert principal["auth_typ"] == "aad"
    assert ("http://schemas.microsoft.com/identity/claims/objectidentifier", "1") in claims
    assert [value for typ, value in claims if typ == "roles"] == ["Toy.Read", "Toy.Write"]
    assert ("name", "Ada <b>") in claims


@on
@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "a.b.c",
        token(key=OTHER),
        token(kid="other"),
        token(aud="another"),
        token(aud=None),
        token(iss="http://127.0.0.1:1/other/v2.0"),
        token(iss=None),
        token(exp=int(time.time()) - 60),
        token(exp=None),
        token(nbf=4_000_000_000),
        token(key="x" * 32, alg="HS256"),
        jwt.encode(CLAIMS, "", "none", headers={"kid": "k"}),
        token()[:-4] + "AAAA",
    ],
)
def test_a_token_that_does_not_hold_is_refused_before_the_app_is_asked(server: HttpServer, text: str) -> None:
    answer = ask(server, "GET", "/api/echo", bearer(text) | {"x-functions-key": "host"})
    assert (answer.status, answer.body) == (401, b"")
    assert answer.headers["WWW-Authenticate"].startswith('Bearer error="invalid_token"')


@on
def test_a_token_is_no_function_key_and_a_key_no_token(server: HttpServer) -> None:
    assert ask(server, "GET", "/api/closed", bearer(token())).status == 401
    assert ask(server, "GET", "/api/closed", {"x-functions-key": "host"}).status == 200
    assert ask(server, "GET", "/api/closed", bearer(token()) | {"x-functions-key": "host"}).status == 200
    assert ask(server, "GET", "/api/closed", {"Authorization": "Basic eDp5", "x-functions-key": "host"}).status == 200


@on
def test_a_browser_signs_in_and_out(server: HttpServer) -> None:
    page = ask(server, "GET", "/.auth/login/aad?post_login_redirect_uri=/api/echo")
    assert b"Ada &lt;b&gt;" in page.body
    assert b'value="/api/echo"' in page.body
    signed_in = ask(
        server, "POST", "/.auth/login/aad", None, {"person": "0", "post_login_redirect_uri": "/api/echo?x=1"}
    )
    assert (signed_in.status, signed_in.headers["Location"]) == (302, "/api/echo?x=1")
    words = signed_in.headers["Set-Cookie"].split("; ")
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(words)

    cookie = cookie_of(signed_in)
    assert seen(server, cookie)["x-ms-client-principal-id"] == "1"
    me = json.loads(ask(server, "GET", "/.auth/me", cookie).body)
    assert (me[0]["provider_name"], me[0]["user_id"]) == ("aad", "ada@partner.example")
    assert {"typ": "roles", "val": "Toy.Write"} in me[0]["user_claims"]

    out = ask(server, "GET", "/.auth/logout", cookie)
    assert (out.status, out.headers["Location"]) == (302, "/")
    assert seen(server, cookie) == {}
    assert ask(server, "GET", "/.auth/me", cookie).status == 401


@on
def test_each_session_has_a_word_of_its_own(server: HttpServer) -> None:
    cookies = [cookie_of(ask(server, "POST", "/.auth/login/aad", None, {"person": "1"})) for _ in range(2)]
    assert cookies[0] != cookies[1]
    assert len(cookies[0]["Cookie"]) > 40
    for cookie in cookies:
        assert seen(server, cookie)["x-ms-client-principal-id"] == "2"


@on
@pytest.mark.parametrize(
    ("origin", "taken"), [(None, True), ("http://127.0.0.1:{}", True), ("http://evil.example", False), ("null", False)]
)
def test_another_origin_neither_signs_in_nor_acts_with_the_cookie(
    server: HttpServer, origin: str | None, taken: bool
) -> None:
    headers = {"Origin": origin.format(server.port)} if origin else {}
    assert ask(server, "POST", "/.auth/login/aad", headers, {"person": "0"}).status == (302 if taken else 403)
    cookie = cookie_of(ask(server, "POST", "/.auth/login/aad", None, {"person": "0"}))
    assert bool(seen(server, cookie | headers, "POST")) is taken
    assert seen(server, cookie | headers)


@on
@pytest.mark.parametrize(
    "target", ["http://evil.example/", "//evil.example", "/\\evil.example", "\\evil", "", "x", "/a\r\nX: y"]
)
def test_nobody_is_sent_elsewhere(server: HttpServer, target: str) -> None:
    answer = ask(server, "POST", "/.auth/login/aad", None, {"person": "0", "post_login_redirect_uri": target})
    assert (answer.status, answer.headers["Location"]) == (302, "/")
    page = ask(server, "GET", f"/.auth/login/aad?{urlencode({'post_login_redirect_uri': target})}")
    assert b'name="post_login_redirect_uri" value="/"' in page.body


@on
@pytest.mark.parametrize("person", ["", "2", "-1", "x", "²"])
def test_nobody_who_is_not_in_the_scenario_signs_in(server: HttpServer, person: str) -> None:
    assert ask(server, "POST", "/.auth/login/aad", None, {"person": person, "x": "y"}).status == 400


@on
@pytest.mark.parametrize(("method", "path"), [("GET", "/.auth/other"), ("PUT", "/.auth/me"), ("GET", "/.AUTH/x")])
def test_below_auth_is_nothing_else(server: HttpServer, method: str, path: str) -> None:
    assert ask(server, method, path).status == 404


def test_sessions_are_bounded() -> None:
    sessions = Sessions()
    words = [sessions.open(f"token {number}") for number in range(AT_MOST + 1)]
    assert sessions.token(words[0]) is None
    assert sessions.token(words[1]) == "token 1"
    sessions.close(words[1])
    sessions.close(words[1])
    assert sessions.token(words[1]) is None


@pytest.mark.parametrize(
    "changed",
    [{"issuer": ""}, {"jwks": {}}, {"jwks": {"keys": []}}, {"people": [{"name": "Ada"}]}, {"people": "secret"}],
)
def test_a_people_file_that_cannot_be_used_is_told_without_a_token(tmp_path: Path, changed: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="people file") as caught:
        load_people(people_file(tmp_path, **changed))
    assert "eyJ" not in str(caught.value)


def test_a_people_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        load_people(tmp_path / "none.json")
    (tmp_path / "broken.json").write_text("{")
    with pytest.raises(UsageError, match="people file"):
        load_people(tmp_path / "broken.json")
