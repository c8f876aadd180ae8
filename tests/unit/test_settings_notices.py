"""The settings of notifications: readable rules, every mistake at once, no secret in a message."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.composition.settings import read_settings
from shared.composition.settings.notice_rules import EVENTS, read_rules
from shared.composition.settings.reader import Reader
from shared.contracts.events import OUTCOMES, EventType
from shared.domain.errors import SettingsError
from shared.domain.notices.rules import Burst, Channel, Rule, Target
from tests.unit.test_settings import GOOD

SECRETS = ("sig=teams-secret", "whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0")  # pragma: allowlist secret
NOTIFY = {
    "OFFBOARDING_NOTIFY_RULES": (
        "duty: people to teams digest above 5 in 10 minutes;\n"
        "sales: removed, stopped to teams/sales for Contoso.example, 77777777-0000-4000-8000-000000000001;\n"
        "crm: outcomes to webhook in March-2026;"
        "mail: awaiting_approval to email"
    ),
    "OFFBOARDING_NOTIFY_HOSTS": "*.logic.azure.com, hooks.contoso.example, contoso.communication.azure.com",
    "OFFBOARDING_NOTIFY_TEAMS_URL": f"https://prod-1.westeurope.logic.azure.com/workflows/x?{SECRETS[0]}",
    "OFFBOARDING_NOTIFY_TEAMS_URL_SALES": f"https://prod-2.westeurope.logic.azure.com/workflows/y?{SECRETS[0]}",
    "OFFBOARDING_NOTIFY_WEBHOOK_URL": "https://hooks.contoso.example/in",
    "OFFBOARDING_NOTIFY_WEBHOOK_KEY": SECRETS[1],
    "OFFBOARDING_NOTIFY_EMAIL_ENDPOINT": "https://contoso.communication.azure.com/",
    "OFFBOARDING_NOTIFY_EMAIL_FROM": "pipeline@contoso.example",
    "OFFBOARDING_NOTIFY_EMAIL_TO": "a@contoso.example, b@contoso.example",
    "WEBSITE_HOSTNAME": "func-1.azurewebsites.net",
}


def problems(**changed: str) -> str:
    with pytest.raises(SettingsError) as caught:
        read_settings(GOOD | NOTIFY | changed)
    return str(caught.value)


def rules(text: str) -> tuple[tuple[Rule, ...], list[str]]:
    reader = Reader({"OFFBOARDING_NOTIFY_RULES": text})
    return read_rules(reader, "OFFBOARDING_NOTIFY_RULES"), reader.problems


def test_rules_as_they_are_written() -> None:
    found = read_settings(GOOD | NOTIFY).notices
    duty, sales, crm, mail = found.rules.values()
    assert duty.burst == Burst(5, timedelta(minutes=10))
    assert EventType.AWAITING_APPROVAL.value in duty.events
    assert sales.target == Target(Channel.TEAMS, "sales")
    assert sales.customers == {"contoso.example", "77777777-0000-4000-8000-000000000001"}
    assert crm.events == {kind.value for kind in OUTCOMES}
    assert crm.batches == {"March-2026"}
    assert mail.burst is None
    assert found.console == "https://func-1.azurewebsites.net"
    assert found.targets[mail.target].recipients == ("a@contoso.example", "b@contoso.example")
    assert found.targets[mail.target].url == "https://contoso.communication.azure.com"


def test_without_rules_nothing_is_needed() -> None:
    found = read_settings(GOOD).notices
    assert (dict(found.rules), dict(found.targets), found.console) == ({}, {}, "")


def test_what_a_rule_names_is_required_and_all_of_it_is_named() -> None:
    said = problems(**dict.fromkeys([name for name in NOTIFY if name != "OFFBOARDING_NOTIFY_RULES"], ""))
    for name in NOTIFY:
        if name not in ("OFFBOARDING_NOTIFY_RULES", "WEBSITE_HOSTNAME"):
            assert name in said, name
    assert "a rule of OFFBOARDING_NOTIFY_RULES names teams/sales" in said


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        ("OFFBOARDING_NOTIFY_TEAMS_URL", f"http://prod-1.westeurope.logic.azure.com/?{SECRETS[0]}", "https://"),
        ("OFFBOARDING_NOTIFY_TEAMS_URL_SALES", f"https://evil.example/?{SECRETS[0]}", "not among"),
        ("OFFBOARDING_NOTIFY_WEBHOOK_URL", "http://127.0.0.1/", "https://"),
        ("OFFBOARDING_NOTIFY_WEBHOOK_KEY", "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0", "whsec_"),
        ("OFFBOARDING_NOTIFY_EMAIL_ENDPOINT", "https://other.example", "not among"),
        ("OFFBOARDING_NOTIFY_EMAIL_FROM", "nobody", "one mail address"),
        ("OFFBOARDING_NOTIFY_EMAIL_TO", "a@x.example, nobody", "mail addresses"),
        ("OFFBOARDING_NOTIFY_HOSTS", "127.0.0.1", "name of a host"),
        ("OFFBOARDING_NOTIFY_CONSOLE_URL", "http://console.example", "https"),
    ],
)
def test_a_wrong_value_is_named_without_its_secret(name: str, value: str, rule: str) -> None:
    said = problems(**{name: value})
    assert name in said
    assert rule in said
    assert "secret" not in said
    assert "c2Vj" not in said


def test_loopback_is_for_a_stack_on_one_machine() -> None:
    changed = {
        "OFFBOARDING_NOTIFY_HOSTS": "127.0.0.1",
        "OFFBOARDING_NOTIFY_RULES": "crm: all to webhook",
        "OFFBOARDING_NOTIFY_WEBHOOK_URL": "http://127.0.0.1:9/in",
    }
    emulator = {"ServiceBus": f"{GOOD['ServiceBus']};UseDevelopmentEmulator=true"}
    assert read_settings(GOOD | NOTIFY | changed | emulator).notices.hosts.local
    assert "name of a host" in problems(**changed)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nonsense", "rule 1 must read"),
        ("a: removed", "rule 1 must read"),
        ("a: removed to teams digest above 5", "target"),
        ("A b: removed to teams", "its name"),
        (": removed to teams", "its name"),
        ("a: gone to teams", "there is no event 'gone'"),
        ("a: removed to pager", "its target"),
        ("a: removed to teams/", "its target"),
        ("a: removed to teams for not a domain", "is no tenant id"),
        ("a: removed to teams in two words", "is no batch id"),
        ("a: removed to teams digest above 0 in 5 minutes", "1 to 100"),
        ("a: removed to teams digest above 5 in 2000 minutes", "1 to 100"),
        ("a: removed to teams; a: stopped to email", "used before"),
    ],
)
def test_a_mistake_names_its_rule(text: str, said: str) -> None:
    found, wrong = rules(text)
    assert any(said in one for one in wrong) or said == "target"
    assert all("rule 1" in one or "rule 2" in one for one in wrong)
    assert len(found) == (1 if "used before" in said else 0)


def test_every_mistake_is_named_at_once() -> None:
    _, wrong = rules("nonsense; B!: gone, away to pager for x y; c: removed to teams digest above 0 in 1 minute")
    assert len(wrong) == 1 + 5 + 1


_WORD = st.sampled_from(sorted(EVENTS))


@given(
    name=st.from_regex(r"[a-z][a-z0-9-]{0,29}", fullmatch=True),
    events=st.lists(_WORD, min_size=1, max_size=4),
    target=st.sampled_from(["teams", "email", "webhook", "teams/sales", "email/on-call"]),
    customers=st.lists(st.from_regex(r"[a-z0-9]{1,9}(\.example)?", fullmatch=True), max_size=3),
    batches=st.lists(st.from_regex(r"[A-Za-z0-9_-]{1,12}", fullmatch=True), max_size=2),
    burst=st.none() | st.tuples(st.integers(1, 100), st.integers(1, 1440)),
)
def test_what_is_written_is_what_is_read(
    name: str,
    events: list[str],
    target: str,
    customers: list[str],
    batches: list[str],
    burst: tuple[int, int] | None,
) -> None:
    text = f"{name}: {', '.join(events)} to {target}"
    text += f" for {', '.join(customers)}" if customers else ""
    text += f" in {', '.join(batches)}" if batches else ""
    text += f" digest above {burst[0]} in {burst[1]} minutes" if burst else ""
    [found], wrong = rules(text)
    assert wrong == []
    assert found.name == name
    assert found.events == frozenset().union(*(EVENTS[word] for word in events))
    assert str(found.target) == target
    assert found.customers == set(customers)
    assert found.batches == set(batches)
    assert found.burst == (Burst(burst[0], timedelta(minutes=burst[1])) if burst else None)
