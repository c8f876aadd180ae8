"""Three receivers that refuse what the real ones refuse, and keep the rest."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from local.sink.kept import Keeper
from local.sink.server import SinkServer
from local.sink.signature import TOLERANCE, is_genuine

SECRET = b"s" * 32
KEY = f"whsec_{base64.b64encode(SECRET).decode()}"
CARD = {
    "type": "message",
    "attachments": [
        {
            "contentType": "application/vnd.microsoft.card.adaptive",
            "content": {
                "body": [{"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": "Contoso needs a person"}]}],
                "actions": [{"title": "Open", "url": "http://x"}],
            },
        }
    ],
}
MAIL = {
    "senderAddress": "a@x.example",
    "recipients": {"to": [{"address": "b@x.example"}]},
    "content": {"subject": "Contoso needs a person", "plainText": "Why: because"},
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "messages.jsonl"


@pytest.fixture
def sink(file: Path) -> Iterator[SinkServer]:
    server = SinkServer(Keeper(file), KEY, 0)
    server.start()
    yield server
    server.stop()
    server.cut_all()


def post(sink: SinkServer, path: str, body: object, headers: dict[str, str] | None = None) -> int:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return requests.post(f"{sink.url}{path}", data=data, headers=headers, timeout=10).status_code


def kept(sink: SinkServer) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = requests.get(f"{sink.url}/_sink/messages", timeout=10).json()
    return found


def signed(body: bytes, at: int, identity: str = "event-1") -> dict[str, str]:
    content = f"{identity}.{at}.".encode() + body
    value = base64.b64encode(hmac.new(SECRET, content, hashlib.sha256).digest()).decode()
    return {"webhook-id": identity, "webhook-timestamp": str(at), "webhook-signature": f"v1,abc v1,{value}"}


def test_it_keeps_what_it_gets_and_shows_it(sink: SinkServer, file: Path) -> None:
    event = json.dumps({"type": "offboarding.removed.v1", "subject": "off-1"}).encode()
    assert post(sink, "/teams", CARD) == 202
    assert post(sink, "/emails:send?api-version=1", MAIL, {"Operation-Id": "op"}) == 202
    assert post(sink, "/webhook/crm", event, signed(event, int(time.time()))) == 202
    assert [(one["place"], one["id"]) for one in kept(sink)] == [
        ("teams", ""),
        ("emails:send", "op"),
        ("webhook/crm", "event-1"),
    ]
    page = requests.get(sink.url, timeout=10)
    assert page.headers["Content-Type"].startswith("text/plain")
    assert "Contoso needs a person" in page.text
    assert len(Keeper(file).all()) == 3
    assert requests.delete(f"{sink.url}/_sink/messages", timeout=10).status_code == 204
    assert (kept(sink), Keeper(file).all()) == ([], [])


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/teams", b"{"),
        ("/teams", []),
        ("/teams", {"type": "message", "attachments": []}),
        ("/teams", {**CARD, "padding": "x" * 30_000}),
        ("/teams", json.loads(json.dumps(CARD).replace("RichTextBlock", "TextBlock"))),
        ("/emails:send", {**MAIL, "recipients": {"to": []}}),
        ("/emails:send", {**MAIL, "content": {}}),
    ],
)
def test_it_refuses_what_the_real_ones_refuse(sink: SinkServer, path: str, body: object) -> None:
    assert post(sink, path, body) == 400
    assert kept(sink) == []


def test_a_forged_hook_is_not_kept(sink: SinkServer) -> None:
    now = int(time.time())
    genuine = signed(b"{}", now)
    assert post(sink, "/webhook", b'{"other": 1}', genuine) == 401
    assert post(sink, "/webhook", b"{}", {**genuine, "webhook-id": "event-2"}) == 401
    assert post(sink, "/webhook", b"{}", {}) == 401
    assert post(sink, "/webhook", b"{}", signed(b"{}", now - TOLERANCE - 60)) == 401
    assert kept(sink) == []


@pytest.mark.parametrize(("away", "genuine"), [(0, True), (TOLERANCE, True), (TOLERANCE + 1, False), (-301, False)])
def test_a_signature_is_good_for_five_minutes(away: int, genuine: bool) -> None:
    assert is_genuine(signed(b"{}", 1_000_000), b"{}", KEY, 1_000_000 + away) is genuine


def test_it_fails_as_often_as_it_is_told(sink: SinkServer) -> None:
    assert post(sink, "/_sink/answers", {"status": 503, "count": 2, "retryAfter": 7}) == 204
    answers = [requests.post(f"{sink.url}/teams", json=CARD, timeout=10) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [503, 503, 202]
    assert answers[0].headers["Retry-After"] == "7"


def test_other_paths_are_not_there(sink: SinkServer) -> None:
    assert post(sink, "/other", {}) == 404
    assert requests.get(f"{sink.url}/other", timeout=10).status_code == 404
    assert requests.get(sink.url, timeout=10).text == "Nobody was told anything yet.\n"


def test_a_page_of_another_site_plans_and_forgets_nothing(sink: SinkServer) -> None:
    assert post(sink, "/teams/one", CARD) == 202
    foreign = {"Origin": "https://evil.example"}
    assert post(sink, "/_sink/answers", {"status": 503}, foreign) == 403
    assert (
        requests.delete(f"{sink.url}/_sink/messages", headers={"Host": "evil.example"}, timeout=10).status_code == 403
    )
    assert len(requests.get(f"{sink.url}/_sink/messages", timeout=10).json()) == 1
    assert post(sink, "/teams/one", CARD) == 202
