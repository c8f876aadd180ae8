"""A world that notes, by the tenant's own rules, when each cancellation window was open and what was tried in it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from local.simulator.errors import ApiError
from local.simulator.messages import Request, Response
from local.simulator.rules.conditions import WINDOWED
from local.simulator.rules.patch import Surroundings, decide
from local.simulator.rules.patch_request import PatchRequest
from local.simulator.scenario.models import Scenario
from local.simulator.tenant.kinds import Status
from local.simulator.tenant.subscription import Subscription
from local.world.world import World

LIVE = (Status.ACTIVE, Status.SUSPENDED)


@dataclass(slots=True)
class Window:
    """One window of one subscription: from when to when, since when a cancellation is accepted without a break
    (injected refusals aside), each cancellation that was asked for, and whether one of them, or that of its base,
    worked while it was open."""

    subscription: str
    name: str
    opened: datetime
    closes: datetime
    accepts_since: datetime | None = None
    tries: list[tuple[datetime, int]] = field(default_factory=list)
    ended_with_base: bool = False

    @property
    def cancelled(self) -> bool:
        return self.ended_with_base or any(status < 300 for _, status in self.tries)


class WatchedWorld(World):
    """Looks at the tenant before and after each step, and at each PATCH that asks for a cancellation."""

    def __init__(self, scenario: Scenario) -> None:
        self.windows: dict[tuple[str, datetime], Window] = {}
        super().__init__(scenario=scenario)
        handle = self.simulator.handle

        def watched(request: Request) -> Response:
            asked = _cancels(request)
            window = self._window_of(asked) if asked else None
            answer = handle(request)
            if window is not None:
                window.tries.append((self.clock.now(), answer.status))
            return answer

        self.simulator.handle = watched  # type: ignore[method-assign]

    def step(self, ends: datetime) -> bool:
        self.look()
        went = super().step(ends)
        self.look()
        return went

    def look(self) -> None:
        """Note every window that is open now, and whether the tenant would accept a cancellation."""
        now = self.simulator.settle()
        for one in list(self.simulator.store.subscriptions):
            ended = one.parent_id is not None and one.status is Status.DELETED
            for window in self.windows.values() if ended else ():
                window.ended_with_base |= window.subscription == one.id and window.closes > now
            if one.kind not in WINDOWED or one.status not in LIVE or one.cancel_until is None:
                continue
            if one.cancel_until <= now:
                continue
            key = (one.id, one.cancel_until)
            if key not in self.windows:
                self.windows[key] = Window(one.id, one.name, one.term_started_at, one.cancel_until)
            window = self.windows[key]
            if not self._accepts(one, now):
                window.accepts_since = None
            elif window.accepts_since is None:
                # First seen open: so since it opened, also where time jumped over that moment.
                window.accepts_since = window.opened if window.opened > now - timedelta(days=7) else now

    def _accepts(self, one: Subscription, now: datetime) -> bool:
        others = self.simulator.store.subscriptions.of(one.customer_id)
        parent = self.simulator.store.subscriptions.get(one.parent_id) if one.parent_id else None
        around = Surroundings(parent=parent, addons=tuple(item for item in others if item.parent_id == one.id))
        wanted = PatchRequest(
            Status.DELETED,
            one.auto_renew,
            one.scheduled_actions,
            one.next_term,
            one.next_charge,
            one.friendly_name,
            one.quantity,
        )
        try:
            return bool(decide(one, wanted, around, self.simulator.knobs, now).changed)
        except ApiError:
            return False

    def _window_of(self, identity: str) -> Window | None:
        now = self.clock.now()
        found = [item for (key, _), item in self.windows.items() if key == identity and item.closes > now]
        return min(found, key=lambda item: item.closes, default=None)


def _cancels(request: Request) -> str:
    """The id of the subscription that this request asks to cancel; "" for any other."""
    if request.method != "PATCH" or "/subscriptions/" not in request.path:
        return ""
    body: dict[str, Any] = {name.lower(): value for name, value in json.loads(request.body.decode("utf-8-sig")).items()}
    return request.path.rsplit("/", 1)[1].lower() if str(body.get("status", "")).lower() == "deleted" else ""
