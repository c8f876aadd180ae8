"""Collections of several pages, in every style, and the links that must not be followed."""

from __future__ import annotations

import pytest

from shared.adapters.http.call import Call, encoded
from shared.adapters.http.pages import OpenPage, odata_page, read_all
from shared.adapters.partner_center.paging import partner_center_page
from shared.domain.errors import UnreadableAnswerError
from shared.domain.holdings.records import Collection
from tests.unit.adapters.fake_http import BASE, PARTNER, Reply, Script, service_of

LIST = Call("GET", "/v1/customers", PARTNER, encoded({"size": "2"}))


def read(
    *bodies: object, page: OpenPage = partner_center_page, call: Call = LIST, limit: int = 50
) -> tuple[Collection[str], Script]:
    script = Script([Reply(body) for body in bodies])
    found = read_all(service_of(script), call, page, lambda item: item.required("id"), limit)
    return found, script


def page_of(*ids: str, total: int | None = None, token: str = "", links: object = None) -> dict[str, object]:
    body: dict[str, object] = {"items": [{"id": one} for one in ids], "totalCount": total, "links": links}
    return body | ({"continuationToken": token} if token else {})


def next_link(uri: str, token: str = "") -> dict[str, object]:
    headers = [{"key": "ms-continuationtoken", "value": token}] if token else []
    return {"self": {"uri": "/v1/customers"}, "next": {"uri": uri, "method": "GET", "headers": headers}}


@pytest.mark.parametrize("body", [[{"id": "a"}], {"items": [{"id": "a"}]}, {"Items": [{"Id": "a"}], "Links": {}}])
def test_one_page(body: object) -> None:
    assert read(body)[0].items == ("a",)


@pytest.mark.parametrize(
    "first",
    [
        page_of("a", "b", token="T+/="),
        page_of("a", "b", links=next_link("/customers?size=2&seekOperation=Next", "T+/=")),
        page_of("a", "b", token="T+/=", links=next_link("/customers?size=2?seekOperation=Next", "T+/=")),
    ],
)
def test_a_continuation_token_is_sent_back_with_the_same_query(first: object) -> None:
    found, script = read(first, page_of("c"))
    assert found.items == ("a", "b", "c")
    assert script.asked[1].url == f"{BASE}/v1/customers?size=2&seekOperation=Next"
    assert script.asked[1].headers["MS-ContinuationToken"] == "T+/="


def test_the_third_page_asks_with_the_newest_token() -> None:
    found, script = read(page_of("a", token="1"), page_of("b", token="2"), page_of("c"))
    assert found.items == ("a", "b", "c")
    assert script.asked[2].url == f"{BASE}/v1/customers?size=2&seekOperation=Next"
    assert script.asked[2].headers["MS-ContinuationToken"] == "2"


@pytest.mark.parametrize("uri", ["/customers?page=2", "/v1/customers?page=2", f"{BASE}/v1/customers?page=2"])
def test_a_link_without_a_token_is_followed(uri: str) -> None:
    _, script = read(page_of("a", links=next_link(uri)), page_of("b"))
    assert script.asked[1].url == f"{BASE}/v1/customers?page=2"


@pytest.mark.parametrize(
    ("uri", "says"),
    [
        ("https://elsewhere.test/v1/customers?page=2", "another host"),
        ("/v1/customers/someone/subscriptions", "another resource"),
        ("?page=2", "another resource"),
        ("/v1/customers?size=2", "repeats"),
    ],
)
def test_links_that_are_not_followed(uri: str, says: str) -> None:
    with pytest.raises(UnreadableAnswerError, match=says):
        read(page_of("a", links=next_link(uri)))


def test_a_token_that_repeats_is_an_error() -> None:
    with pytest.raises(UnreadableAnswerError, match="repeats"):
        read(page_of("a", token="T"), page_of("b", token="T"))


def test_a_token_cannot_smuggle_headers() -> None:
    with pytest.raises(UnreadableAnswerError, match="continuation token"):
        read(page_of("a", token="T\r\nX: y"))


def test_the_number_of_pages_is_bounded() -> None:
    with pytest.raises(UnreadableAnswerError, match="more than 3 pages"):
        read(*[page_of("a", token=str(number)) for number in range(5)], limit=3)


@pytest.mark.parametrize("body", [{}, {"items": None, "totalCount": 3}, {"items": {}}, "text", None, [1]])
def test_what_is_no_collection_is_unreadable(body: object) -> None:
    with pytest.raises(UnreadableAnswerError):
        read(body)


def test_a_failing_page_fails_the_whole_read() -> None:
    with pytest.raises(UnreadableAnswerError):
        read(page_of("a", token="T"), b"<html>")


@pytest.mark.parametrize(
    ("bodies", "total", "complete"),
    [
        ([page_of("a", total=1)], 1, True),
        ([page_of("a")], None, True),
        ([{"totalCount": 0, "items": None}], 0, True),
        ([page_of("a", total=37)], 37, False),
        ([page_of("a", "b", total=3, token="T"), page_of("c", total=3)], 3, True),
        ([page_of("a", "b", total=2, token="T"), page_of("c", total=1)], 3, True),
        ([page_of("a", "b", total=2, token="T"), page_of("c")], 3, True),
        ([page_of("a", "b", total=5, token="T"), page_of("c", total=5)], 5, False),
        ([page_of("a", "b", total=4, token="T"), page_of("c", total=1)], 4, False),
        ([page_of("a", token="T"), page_of("b")], None, True),
    ],
)
def test_the_total_tells_whether_the_collection_is_complete(
    bodies: list[object], total: int | None, complete: bool
) -> None:
    again = bodies if len(bodies) > 1 and not complete else []
    found, script = read(*bodies, *again)
    assert (found.total, found.complete) == (total, complete)
    assert script.replies == []


def test_a_list_that_grew_between_two_pages_is_read_again_once() -> None:
    grown = [page_of("a", "b", total=3, token="T"), page_of("c", "d", total=4)]
    settled = [page_of("a", "b", total=4, token="T"), page_of("c", "d", total=4)]
    found, _ = read(*grown, *settled)
    assert (found.items, found.total, found.complete) == (("a", "b", "c", "d"), 4, True)
    still, _ = read(*grown, *grown)
    assert not still.complete


TWICE = [page_of("a", "b", total=3, token="T"), page_of("B", "b", "c", total=3)]


@pytest.mark.parametrize(
    ("bodies", "items", "complete"),
    [
        (TWICE, ("a", "b", "B", "c"), False),
        ([page_of("a", "b", total=3, token="T"), page_of("b", "c", total=3)], ("a", "b", "c"), True),
        ([page_of("a", "b", total=4, token="T"), page_of("b", "c", total=4)], ("a", "b", "c"), False),
        ([page_of("a", "b", total=3, token="T"), page_of("b", "c", total=4)], ("a", "b", "c"), False),
        ([page_of("a", "b", total=2, token="T"), page_of("b", "c", total=2)], ("a", "b", "c"), False),
        ([page_of("a", "b", token="T"), page_of("b", "c")], ("a", "b", "c"), False),
        ([page_of("a", "b", total=5, token="T"), page_of("b", "c", total=5)], ("a", "b", "c"), False),
        ([page_of("a", "a", total=1)], ("a",), True),
        ([page_of("a", "a", total=2)], ("a",), False),
        ([page_of("a", "a")], ("a",), False),
        ([page_of("a", "a", total=3)], ("a",), False),
    ],
)
def test_what_comes_again_unchanged_counts_once(bodies: list[object], items: tuple[str, ...], complete: bool) -> None:
    """Two states of one item both stay: what is told of it second may be the truth. And where something comes again,
    something else may be missing: only a total of the whole tells that nothing is (I8)."""
    again = bodies if len(bodies) > 1 and not complete else []
    script = Script([Reply(body) for body in (*bodies, *again)])
    found = read_all(service_of(script), LIST, partner_center_page, lambda item: item.required("id"), identity=str)
    assert (found.items, found.complete) == (items, complete)


def test_what_has_no_identity_is_never_taken_for_the_same() -> None:
    assert read(page_of("a", "a", total=2))[0].items == ("a", "a")


@pytest.mark.parametrize("name", ["@odata.nextLink", "nextLink"])
def test_odata_links_are_followed_as_they_are(name: str) -> None:
    call = Call("GET", "/providers/x", PARTNER, encoded({"api-version": "2022-11-01"}))
    link = f"{BASE}:443/providers/X?api-version=2022-11-01&$skiptoken=a%2Bb+c"
    found, script = read({"value": [{"id": "a"}], name: link}, {"value": [{"id": "b"}]}, page=odata_page, call=call)
    assert found.items == ("a", "b")
    assert script.asked[1].url == f"{BASE}/providers/x?api-version=2022-11-01&$skiptoken=a%2Bb+c"


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"value": None}, "expected a list"),
        ({"error": {"code": "x"}}, "expected a list"),
        ({"value": [], "nextLink": "https://elsewhere.test/providers/x"}, "another host"),
        ({"value": [], "nextLink": f"{BASE}/providers/y"}, "another resource"),
    ],
)
def test_odata_pages_that_are_not_believed(body: object, says: str) -> None:
    with pytest.raises(UnreadableAnswerError, match=says):
        read(body, page=odata_page, call=Call("GET", "/providers/x", PARTNER))
