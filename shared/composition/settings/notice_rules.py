"""Reads the rules of notifications, one line of words each: see FORM."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType

from shared.composition.settings.reader import Reader, shown
from shared.contracts.events import OUTCOMES, EventType
from shared.domain.notices.rules import Burst, Channel, Rule, Target

_RULE = re.compile(
    r"(?P<name>[^:]*):\s*(?P<events>.*?)\s+to\s+(?P<target>\S+)"
    r"(\s+for\s+(?P<customers>.*?))?(\s+in\s+(?P<batches>.*?))?"
    r"(\s+digest\s+above\s+(?P<above>\d{1,3})\s+in\s+(?P<minutes>\d{1,4})\s+minutes?)?",
    re.IGNORECASE | re.DOTALL,
)
_NAME = re.compile(r"[a-z][a-z0-9-]{0,29}")
_CUSTOMER = re.compile(r"[a-z0-9]([a-z0-9.-]{0,252}[a-z0-9])?")
_BATCH = re.compile(r"\S{1,128}")
_SHORT = {kind.value.split(".")[1]: frozenset({kind.value}) for kind in EventType}
GROUPS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "outcomes": frozenset(kind.value for kind in OUTCOMES),
        "people": frozenset(
            kind.value
            for kind in (
                EventType.NEEDS_ATTENTION,
                EventType.AWAITING_APPROVAL,
                EventType.WINDOW_CLOSING,
                EventType.RENEWAL_COMING,
            )
        ),
        "all": frozenset(kind.value for kind in EventType),
    }
)
"""`people`: what waits for somebody."""
EVENTS: Mapping[str, frozenset[str]] = MappingProxyType({**_SHORT, **GROUPS})
FORM = "`name: events to target`, then, where wanted, `for customers`, `in batches`, `digest above N in M minutes`"


def read_rules(reader: Reader, setting: str) -> tuple[Rule, ...]:
    """Every rule that can be read; each mistake is a problem that names its rule."""
    found: list[Rule] = []
    for number, text in enumerate(filter(None, map(str.strip, reader.optional(setting).split(";"))), 1):
        match = _RULE.fullmatch(text)
        if match is None:
            reader.problems.append(f"{setting}: rule {number} must read {FORM}")
            continue
        rule, wrong = _rule(match)
        reader.problems += [f"{setting}: rule {number}: {problem}" for problem in wrong]
        if rule is not None and any(rule.name == other.name for other in found):
            reader.problems.append(f"{setting}: rule {number}: the name {rule.name} is used before")
        elif rule is not None:
            found.append(rule)
    return tuple(found)


def _rule(match: re.Match[str]) -> tuple[Rule | None, list[str]]:
    wrong: list[str] = []
    name = match["name"].strip().lower()
    if not _NAME.fullmatch(name):
        wrong.append(f"its name must be up to 30 lower-case letters, digits and hyphens (got {shown(name)})")
    events: set[str] = set()
    for word in _words(match["events"]):
        events |= EVENTS.get(word, frozenset())
        if word not in EVENTS:
            wrong.append(f"there is no event {shown(word)}; there are {', '.join(sorted(EVENTS))}")
    target = _target(match["target"].lower())
    if target is None:
        channels = ", ".join(channel.value for channel in Channel)
        wrong.append(f"its target must be one of {channels}, or one of them with a name, such as teams/sales")
    customers, batches = _words(match["customers"]), _words(match["batches"], lower=False)
    wrong += [f"{shown(one)} is no tenant id and no domain" for one in customers if not _CUSTOMER.fullmatch(one)]
    wrong += [f"{shown(one)} is no batch id" for one in batches if not _BATCH.fullmatch(one)]
    burst = _burst(match["above"], match["minutes"], wrong)
    if wrong or target is None:
        return None, wrong
    return Rule(name, frozenset(events), target, frozenset(customers), frozenset(batches), burst), wrong


def _words(text: str | None, *, lower: bool = True) -> tuple[str, ...]:
    words = (part.strip() for part in (text or "").split(","))
    return tuple(word.lower() if lower else word for word in words if word)


def _target(text: str) -> Target | None:
    channel, slash, name = text.partition("/")
    if channel not in set(Channel) or bool(slash) != bool(_NAME.fullmatch(name)):
        return None
    return Target(Channel(channel), name)


def _burst(above: str | None, minutes: str | None, wrong: list[str]) -> Burst | None:
    if above is None or minutes is None:
        return None
    if not 1 <= int(above) <= 100 or not 1 <= int(minutes) <= 1440:
        wrong.append("a digest is for more than 1 to 100 messages in 1 to 1440 minutes")
        return None
    return Burst(int(above), timedelta(minutes=int(minutes)))
