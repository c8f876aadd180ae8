"""A start beyond a renewal, over the running stack with its clock moved: whatever the request says about renewals, no
term is renewed that nobody was told of. The tenant's journal is the oracle, the events are what was told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.e2e.support.api import Api
from tests.e2e.support.crm import Crm
from tests.e2e.support.scenario import late, request_for, write_scenario
from tests.e2e.support.stack import LocalStack
from tests.e2e.support.tenant import Tenant
from tests.e2e.support.until import until

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(900)]

START = timedelta(days=75)
"""The licences renew after 40 days, one for a month again about 30 days later."""
END = timedelta(days=110)
MONTH, YEAR = "P1M", "P1Y"
WORDS = ("let_renew", "end_with_term", "monthly", "none")
RESTING = frozenset({"scheduled", "waiting", "needs_attention"})


@dataclass(frozen=True)
class Lived:
    """What happened to one customer: its new terms (when, how long), every event, and where it stands."""

    terms: list[tuple[datetime, str]]
    events: list[dict[str, Any]]
    shown: dict[str, Any]

    def told_of(self, ended: datetime) -> list[dict[str, Any]]:
        """The events that named this renewal before it happened."""
        named = f"Late renews at {ended:%Y-%m-%d %H:%M} UTC"
        return [
            event for event in self.events if datetime.fromisoformat(event["time"]) < ended and named in text(event)
        ]

    def of_type(self, kind: str) -> list[dict[str, Any]]:
        """The events of one type."""
        return [event for event in self.events if event["type"] == f"offboarding.{kind}.v1"]


def text(event: dict[str, Any]) -> str:
    """What an event says in words."""
    data = event["data"]
    return f"{data.get('reason', {}).get('text', '')} {data.get('notice', '')}"


@pytest.fixture(scope="module")
def lives(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Lived]]:
    """Four customers of one stack, one for each word and one without, until all of them are past the start."""
    folder = tmp_path_factory.mktemp("renewals")
    customers = [late(f"{word} Ltd", "+P40D") for word in WORDS]
    stack, addresses = LocalStack.start(folder / "data", write_scenario(folder / "scenario.json", *customers))
    try:
        with Crm(addresses) as crm:
            yield _lived(crm, Api(addresses), Tenant(addresses))
    finally:
        stack.kill()


def _lived(crm: Crm, api: Api, tenant: Tenant) -> dict[str, Lived]:
    begun = tenant.now()
    for word in WORDS:
        fields = {} if word == "none" else {"renewals": word}
        state = tenant.customer(f"{word} Ltd")
        crm.send(request_for(f"{word} Ltd", word, state, notBefore=(begun + START).isoformat(), **fields))
    while tenant.now() < begun + END:
        found = until(lambda: _resting(api, tenant), "everybody rests", 120)
        # A person is looked for daily; the looks of the others are what business time is moved to.
        due = [at for status, at in found if status != "needs_attention" and at is not None]
        tenant.advance_to(min([*due, tenant.now() + timedelta(days=7)]))
    until(lambda: _resting(api, tenant), "everybody rests", 120)
    events = crm.events()
    return {word: _life(word, api, tenant, events) for word in WORDS}


def _resting(api: Api, tenant: Tenant) -> list[tuple[str, datetime | None]] | None:
    """The state of all of them and when each goes on, once nothing is due."""
    items = {item["requestId"]: item for item in api.page("?limit=200")["items"]}
    if set(items) != set(WORDS):
        return None
    now, found = tenant.now(), []
    for item in items.values():
        at = datetime.fromisoformat(item["nextAttemptAt"]) if "nextAttemptAt" in item else None
        ended = item["status"] == "removed"
        if not ended and (item["status"] not in RESTING or at is None or at <= now + timedelta(minutes=1)):
            return None
        found.append((str(item["status"]), at))
    return found


def _life(word: str, api: Api, tenant: Tenant, events: list[dict[str, Any]]) -> Lived:
    by_time = [entry for entry in tenant.journal(tenant.customer(f"{word} Ltd")["id"]) if entry["method"] == "TIME"]
    terms = [(datetime.fromisoformat(entry["time"]), entry["effects"][0]["detail"]) for entry in by_time]
    mine = {event["id"]: event for event in events if event["data"]["requestId"] == word}
    shown = api.find(word)
    assert shown is not None
    return Lived(terms, list(mine.values()), shown)


@pytest.mark.parametrize(
    ("word", "terms"), [("let_renew", [YEAR]), ("end_with_term", []), ("monthly", [MONTH] * 2), ("none", [YEAR])]
)
def test_no_term_is_renewed_that_nobody_was_told_of(lives: dict[str, Lived], word: str, terms: list[str]) -> None:
    lived = lives[word]
    assert [length for _, length in lived.terms] == terms
    for ended, _ in lived.terms:
        assert lived.told_of(ended), f"nobody was told that it renews at {ended}"
    if word == "none":
        first = min(datetime.fromisoformat(event["time"]) for event in lived.of_type("needs_attention"))
        assert lived.terms[0][0] - first > timedelta(days=30)
        assert len(lived.of_type("renewal_coming")) == 3
    else:
        assert not lived.of_type("needs_attention")
        assert not lived.of_type("renewal_coming")
    assert (lived.shown["status"] == "removed") is (word in ("end_with_term", "monthly"))
