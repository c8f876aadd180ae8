"""What each channel sends: cards, mail, signed web hooks. Whatever a customer is called stays text."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import pytest
from azure.core.exceptions import ClientAuthenticationError
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.notices.address import Hosts
from shared.adapters.notices.channels import HttpChannels, Place
from shared.adapters.notices.mail import mail_body
from shared.adapters.notices.post import Post
from shared.adapters.notices.signature import keys_of, signed
from shared.adapters.notices.teams import LARGEST, teams_body
from shared.contracts.events import CustomerData, EventType
from shared.domain.notices.notice import Notice, Parcel
from shared.domain.notices.rules import Channel, Target
from shared.notify.words import WORDS, notice_of
from tests.unit.adapters.socket_server import Talk, talking
from tests.unit.notify.support import event

OK = b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"
LOCAL = Hosts(frozenset({"127.0.0.1"}), local=True)
KEY, OLD = base64.b64encode(b"k" * 32).decode(), base64.b64encode(b"o" * 24).decode()
EVIL = "**bold** [x](https://evil.example) <b>\"'&{{DATE(2020-01-01T00:00:00Z)}}\u202e"
PARCEL = Parcel("event-1", notice_of(event(), "https://app.example/console/offboardings/off-1"), event().to_json())


def channels(url: str, **place: Any) -> HttpChannels:
    """Every channel at one address."""
    places = {Target(channel): Place(url, **place) for channel in Channel}
    now = datetime(2026, 5, 4, 6, 0, tzinfo=UTC)
    return HttpChannels(places, Post(LOCAL), "pipeline@contoso.example", lambda: "token", lambda: now)


def headers(receiver: Talk) -> dict[str, str]:
    head = receiver.requests[0].partition(b"\r\n\r\n")[0].decode().split("\r\n")[1:]
    return {name.lower(): value for name, _, value in (line.partition(": ") for line in head)}


def body(receiver: Talk) -> bytes:
    return receiver.requests[0].partition(b"\r\n\r\n")[2]


def test_a_web_hook_can_be_verified_with_either_key_and_with_no_other() -> None:
    with talking(OK) as receiver:
        sent = channels(receiver.url, keys=keys_of(f"whsec_{KEY} whsec_{OLD}"))
        assert sent.send(Target(Channel.WEBHOOK), PARCEL) is None
    found = headers(receiver)
    assert body(receiver).decode() == PARCEL.event
    assert found["webhook-id"] == "event-1"
    assert found["content-type"].startswith("application/cloudevents+json")
    content = f"{found['webhook-id']}.{found['webhook-timestamp']}.".encode() + body(receiver)
    want = [
        f"v1,{base64.b64encode(hmac.new(base64.b64decode(key), content, hashlib.sha256).digest()).decode()}"
        for key in (KEY, OLD)
    ]
    assert found["webhook-signature"].split() == want
    assert signed("event-1", int(found["webhook-timestamp"]), body(receiver) + b" ", [b"k" * 32]) not in want
    assert int(found["webhook-timestamp"]) == 1777874400


def test_the_vector_of_the_standard() -> None:
    """From the README of github.com/standard-webhooks/standard-webhooks: what its libraries compute."""
    [key] = keys_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")  # pragma: allowlist secret
    text = signed("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}', [key])
    assert text == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="  # pragma: allowlist secret


@pytest.mark.parametrize(
    "text", ["", KEY, "whsec_", "whsec_!!!", f"whsec_{base64.b64encode(b'short').decode()}", "a b c"]
)
def test_a_key_that_is_none_is_refused_and_not_shown(text: str) -> None:
    with pytest.raises(ValueError, match="key") as caught:
        keys_of(text)
    assert KEY not in str(caught.value)


def test_a_card_for_a_workflow() -> None:
    with talking(OK) as receiver:
        assert channels(receiver.url).send(Target(Channel.TEAMS), PARCEL) is None
    [attachment] = json.loads(body(receiver))["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    card = attachment["content"]
    assert card["actions"][0]["url"] == "https://app.example/console/offboardings/off-1"
    text = json.dumps(card)
    assert "Contoso Ltd needs a person" in text
    assert "Call the hotline." in text


def test_a_mail_for_communication_services() -> None:
    with talking(OK, OK) as receiver:
        sent = channels(receiver.url, recipients=("a@x.example", "b@x.example"))
        assert sent.send(Target(Channel.EMAIL), PARCEL) is None
    assert receiver.requests[0].startswith(b"POST /emails:send?api-version=2023-03-31 ")
    assert "authorization" not in headers(receiver)
    mail = json.loads(body(receiver))
    assert mail["recipients"]["to"] == [{"address": "a@x.example"}, {"address": "b@x.example"}]
    assert mail["content"]["subject"] == "Contoso Ltd needs a person"
    assert "What to do: Call the hotline." in mail["content"]["plainText"]


def test_a_repeated_mail_is_the_same_operation() -> None:
    seen = set()
    for _ in range(2):
        with talking(OK) as receiver:
            channels(receiver.url).send(Target(Channel.EMAIL), PARCEL)
        seen.add(headers(receiver)["operation-id"])
    assert len(seen) == 1


def test_an_identity_without_a_token_is_a_failure_that_is_tried_again() -> None:
    def none() -> str:
        raise ClientAuthenticationError("with details")

    place = {Target(Channel.EMAIL): Place("https://mail.example")}
    sent = HttpChannels(place, Post(LOCAL), "a@x.example", none, lambda: datetime.now(UTC))
    failed = sent.send(Target(Channel.EMAIL), PARCEL)
    assert failed is not None
    assert failed.why == "the app's identity got no token for mail (ClientAuthenticationError)"


def test_a_token_goes_to_tls_alone() -> None:
    place = {Target(Channel.EMAIL): Place("https://mail.example")}
    asked: list[str] = []

    def token() -> str:
        asked.append("token")
        return "t"

    sent = HttpChannels(place, Post(LOCAL), "a@x.example", token, lambda: datetime.now(UTC))
    failed = sent.send(Target(Channel.EMAIL), PARCEL)
    assert asked == ["token"]
    assert failed is not None
    assert "OFFBOARDING_NOTIFY_HOSTS" in failed.why


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


@given(st.text(min_size=1, max_size=60) | st.just(EVIL))
def test_a_customers_name_is_text_in_every_channel(name: str) -> None:
    customer = CustomerData(tenant_id=None, company_name=name, domain=None)
    harmless = event(customer=CustomerData(tenant_id=None, company_name="Contoso", domain=None))
    notice = notice_of(event(customer=customer), "https://app.example/x")
    plain = notice_of(harmless, "https://app.example/x")
    assert not any(sign in notice.title for sign in "\r\n\u202e\0")

    def tags(one: Notice) -> _Tags:
        found = _Tags()
        found.feed(json.loads(mail_body(one, "a@x.example", ["b@x.example"]))["content"]["html"])
        return found

    assert tags(notice).tags == tags(plain).tags
    blocks = json.loads(teams_body(notice))["attachments"][0]["content"]["body"]
    assert {block["type"] for block in blocks} == {"RichTextBlock"}, "TextBlock and FactSet read Markdown"
    assert all(run["type"] == "TextRun" for block in blocks for run in block["inlines"])


def test_a_long_digest_fits_into_a_card_and_says_what_is_left_out() -> None:
    entries = tuple((f"{number} {'x' * 300}", f"https://app.example/{number}") for number in range(100))
    text = teams_body(Notice("100 messages", entries=entries))
    assert len(text) <= LARGEST
    last = json.loads(text)["attachments"][0]["content"]["body"][-1]["inlines"][0]["text"]
    assert last.startswith("and ")


def test_a_digest_by_mail_has_every_link() -> None:
    notice = Notice("2 messages", entries=(("<a>", "https://app.example/1"), ("b", "")))
    content = json.loads(mail_body(notice, "a@x.example", ["b@x.example"]))["content"]
    assert '<li><a href="https://app.example/1">&lt;a&gt;</a></li><li>b</li>' in content["html"]
    assert "- <a>\n  https://app.example/1\n- b" in content["plainText"]


@pytest.mark.parametrize("kind", EventType)
def test_every_event_has_words_that_say_what_it_means_and_what_to_do(kind: EventType) -> None:
    found = notice_of(event(1, kind, reason=None), "")
    assert "Contoso Ltd" in found.title
    headings = [name for name, _ in found.parts]
    assert headings == ["What it means", "What to do"]
    assert set(WORDS) == set(EventType)
