"""Decides which fault rules fire for a call."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote_plus

from pydantic import TypeAdapter

from local.simulator.faults.models import Action, ArmedRule, FaultRule, KillAtJournal, Rule
from local.simulator.messages import Request

_RULES = TypeAdapter(list[ArmedRule])


@dataclass(frozen=True, slots=True)
class Fired:
    """A rule that fires now: its name for the journal and what it does."""

    name: str
    action: Action


class FaultEngine:
    """The armed rules. Counters are part of the durable state, so that a restart does not rearm a rule."""

    def __init__(self, stored: str | None = None) -> None:
        self._armed = _RULES.validate_json(stored) if stored else []
        self.changed = False

    @property
    def armed(self) -> bool:
        """Whether there is any rule."""
        return bool(self._armed)

    def add(self, rules: Iterable[Rule]) -> None:
        """Arm more rules."""
        self._armed += [ArmedRule(rule=rule) for rule in rules]
        self.changed = True

    def clear(self) -> None:
        """Disarm all."""
        self._armed.clear()
        self.changed = True

    def dump(self) -> str:
        """All rules and counters as JSON."""
        return _RULES.dump_json(self._armed, by_alias=True).decode()

    def fire(self, request: Request, seq: int) -> list[Fired]:
        """The rules that fire for this call, which will be journal entry *seq*; counts them."""
        fired = []
        for index, armed in enumerate(self._armed):
            rule = armed.rule
            if not _meets(rule, request, seq):
                continue
            seen = armed.seen + 1
            fires = _fires(rule, seen, armed.fired)
            self._armed[index] = armed.model_copy(update={"seen": seen, "fired": armed.fired + fires})
            self.changed = True
            if fires:
                action = rule.action if isinstance(rule, FaultRule) else rule.as_action()
                fired.append(Fired((isinstance(rule, FaultRule) and rule.name) or action.type, action))
        return fired


def _meets(rule: Rule, request: Request, seq: int) -> bool:
    if isinstance(rule, KillAtJournal):
        return seq >= rule.kill_at_journal
    match = rule.match
    if match.method is not None and match.method.upper() != request.method:
        return False
    if match.path_regex is not None and not re.search(match.path_regex, request.path, re.IGNORECASE):
        return False
    if match.customer is not None:
        where = f"{request.path}?{unquote_plus(request.query)}".lower()
        return match.customer.lower() in where
    return True


def _fires(rule: Rule, seen: int, fired: int) -> bool:
    if isinstance(rule, KillAtJournal):
        return fired == 0
    match = rule.match
    if match.nth is not None:
        return seen == match.nth
    return seen > match.after and (match.times is None or fired < match.times)
