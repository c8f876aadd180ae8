"""A world in which one call of an offboarding gets one odd answer, and every sentence that it tells is checked."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from local.simulator.errors import ApiError, arm_body, graph_body, partner_center_body
from local.simulator.knobs import Knobs
from local.simulator.messages import Cut, Delivery, Request, Response, encode
from local.simulator.scenario.models import CustomerSpec, Scenario
from local.simulator.tenant.kinds import Relationship
from local.world.world import World
from tests.functional.trouble import service_of

LISTS = ("items", "value")
Call = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Point:
    """The n-th call of an undisturbed run to this method and path; of a collection how many items it had, and where
    in it the customer stands."""

    method: str
    path: str
    nth: int
    items: int | None = None
    customer_at: int | None = None

    @property
    def reads(self) -> bool:
        return self.method == "GET"


@dataclass(frozen=True, slots=True)
class Odd:
    """An odd answer. `status` (and `code`, "" for an empty body): a refusal; `took_effect`: in spite of it. `without`:
    this item is missing in the collection, -1 all of them. Neither: no answer at all to what took effect."""

    status: int = 0
    code: str = ""
    took_effect: bool = False
    without: int | None = None

    def __str__(self) -> str:
        if self.without is not None:
            return "empty" if self.without < 0 else f"without item {self.without}"
        effect = ", took effect" if self.took_effect else ""
        return f"{self.status or 'no answer'} {self.code or 'no code'}{effect}"


REFUSALS: dict[str, tuple[tuple[int, str], ...]] = {
    "partner center": (
        *((403, code) for code in ("20002", "1000", "1002", "3000", "")),
        *((404, code) for code in ("1000", "3000", "60003", "")),
        (400, "3000"),
    ),
    "graph": ((403, "accessDenied"), (403, ""), (404, "notFound"), (404, "")),
    "azure": ((403, "AuthorizationFailed"), (403, ""), (404, "ResourceNotFound"), (404, "")),
}


def odd_answers(point: Point) -> list[Odd]:
    """Every odd answer that such a call may get."""
    refusals = REFUSALS[service_of(point.path)]
    found = [Odd(status, code) for status, code in refusals]
    if not point.reads:
        return [*found, *(Odd(status, code, took_effect=True) for status, code in refusals), Odd(took_effect=True)]
    missing = {0, (point.items or 1) - 1, *([] if point.customer_at is None else [point.customer_at])}
    return [*found, Odd(without=-1), *(Odd(without=one) for one in sorted(missing))] if point.items else found


class StrayWorld(World):
    """Gives the odd answer at its point once, notes every point, and compares what is told with what is."""

    def __init__(self, scenario: Scenario, point: Point | None = None, odd: Odd | None = None) -> None:
        self.points: list[Point] = []
        self.given = False
        self._seen = Counter[Call]()
        self._told = 0
        self._instead: tuple[int, dict[str, Any]] | None = None
        super().__init__(scenario=scenario)
        self._real, self._point, self._odd = self.simulator.handle, point, odd
        self.simulator.handle = self._answer  # type: ignore[method-assign]

    def step(self, ends: datetime) -> bool:
        went = super().step(ends)
        check_told(self, self.events()[self._told :])
        self._told = len(self.bus.events)
        return went

    def journal(self) -> list[dict[str, Any]]:
        """With the odd answer, which the tenant knows nothing of: in place of its own where the call took effect."""
        entries = super().journal()
        if self._instead is not None:
            at, odd = self._instead
            if self._odd is not None and self._odd.took_effect:
                entries[at] |= {"status": odd["status"], "code": odd["code"]}
            else:
                entries.insert(at, odd)
        return entries

    def _answer(self, request: Request) -> Response:
        if request.path.startswith("/_simulator") or service_of(request.path) == "sign-in":
            return self._real(request)
        call = (request.method, request.path.lower())
        self._seen[call] += 1
        here = self._point is not None and (*call, self._seen[call]) == (
            self._point.method,
            self._point.path,
            self._point.nth,
        )
        if not here or self._odd is None:
            answer = self._real(request)
            self.points.append(_point(call, self._seen[call], answer, self.simulator.store.customers))
            return answer
        self.given = True
        if self._odd.without is not None:
            return _shortened(self._real(request), self._odd.without)
        before = len(super().journal())
        if self._odd.took_effect:
            self._real(request)
        if not self._odd.status:
            return Response(0, delivery=Delivery(cut=Cut.DROP))
        self._instead = before, self._entry(request, self._odd)
        return _refusal(self._odd, service_of(request.path))

    def _entry(self, request: Request, odd: Odd) -> dict[str, Any]:
        asked = request.header("ms-requestid") or request.header("x-ms-client-request-id")
        now = self.clock.now().isoformat()
        told = {"time": now, "machineTime": now, "method": request.method, "path": request.path, "effects": []}
        return told | {"effect": None, "status": odd.status, "code": odd.code, "customer": None, "requestId": asked}


def _refusal(odd: Odd, service: str) -> Response:
    error = ApiError(odd.status, odd.code, "An odd answer.")
    body: Any = partner_center_body(error, "mixed")
    if service != "partner center":
        body = graph_body(error, "odd", "") if service == "graph" else arm_body(error)
    return Response(odd.status, {"Content-Type": "application/json"}, encode(body) if odd.code else b"")


def _items(answer: Response) -> tuple[dict[str, Any], str] | None:
    try:
        body = json.loads(answer.body.decode("utf-8-sig"))
    except ValueError:
        return None
    names = [name for name in body if name.lower() in LISTS] if isinstance(body, dict) else []
    return (body, names[0]) if names and isinstance(body[names[0]], list) else None


def _point(call: Call, nth: int, answer: Response, customers: Any) -> Point:
    found = _items(answer)
    if found is None:
        return Point(*call, nth)
    items = found[0][found[1]]
    ours = next(iter(customers)).id
    at = [number for number, item in enumerate(items) if str(item.get("id", "")).lower() == ours]
    return Point(*call, nth, len(items), at[0] if at and call[1].endswith("/customers") else None)


def _shortened(answer: Response, without: int) -> Response:
    found = _items(answer)
    if found is None:
        return answer
    body, name = found
    body[name] = [] if without < 0 else [item for at, item in enumerate(body[name]) if at != without]
    body |= {key: len(body[name]) for key in body if key.lower() == "totalcount"}
    return Response(answer.status, answer.headers, encode(body))


NOTHING_CHANGED = re.compile(r"nothing (was|is|had been|has been) changed", re.IGNORECASE)


@dataclass(slots=True)
class Truth:
    """What really is: the tenant's own state and journal."""

    ours: bool
    removed_by_us: bool
    effects: list[str]
    delegated: int
    ends: dict[str, bool] = field(default_factory=dict)


def truth(world: World) -> Truth:
    store = world.simulator.store
    customer = next(iter(store.customers))
    done = [effect["effect"] for entry in world.journal() for effect in entry["effects"]]
    return Truth(
        customer.relationship is Relationship.RESELLER,
        "relationship.removed" in done,
        done,
        sum(item.status in ("active", "expiring") for item in store.gdap.of(customer.id)),
        {item.id: item.auto_renew is False for item in store.subscriptions.of(customer.id)},
    )


def check_told(world: World, events: list[dict[str, Any]]) -> None:
    """No sentence that was told just now is untrue, and no delegated access ended of a customer that is ours."""
    is_so = truth(world)
    assert not (is_so.ours and any(name.startswith("gdap") for name in is_so.effects)), (
        "GDAP ended of a customer of ours"
    )
    for event in events:
        data = event["data"]
        reason = data.get("reason") or {}
        wrong = untrue(data["status"], f"{reason.get('text', '')} {reason.get('operatorAction', '')}", is_so)
        wrong += [] if reason.get("code") != "customer_unknown" or not is_so.ours else ["the customer is known"]
        if data["status"] == "removed" and is_so.delegated and not data.get("survivors"):
            wrong.append("delegated access goes on")
        for blocker in data.get("blockers") or ():
            identity = blocker["holding"].rpartition(":")[2]
            if "as recorded" in blocker["detail"] and not is_so.ends.get(identity, True):
                wrong.append(f"renewal of {identity} is on")
        assert not wrong, f"untrue ({wrong}): {event['type']} {reason}"


def untrue(status: str, text: str, is_so: Truth) -> list[str]:
    """Which claims of a sentence do not hold."""
    claims = {
        "it is removed": (status == "removed" or text.startswith("removed"), is_so.removed_by_us and not is_so.ours),
        "it is gone": (
            status == "already_removed" or "was already gone" in text or "was gone before" in text,
            not is_so.ours,
        ),
        "it was not us": ("was already gone" in text or "did not remove it" in text, not is_so.removed_by_us),
        "nothing was changed": (bool(NOTHING_CHANGED.search(text)), not is_so.effects),
        "nothing was removed": ("nothing was removed" in text, is_so.ours),
        "the removal was accepted": ("the removal was accepted" in text, is_so.removed_by_us),
        "the removal had no effect": ("the removal had no effect" in text, is_so.ours),
    }
    return [claim for claim, (told, holds) in claims.items() if told and not holds]


def scenario_of(customer: CustomerSpec, **knobs: Any) -> Scenario:
    return Scenario(customers=(customer, CustomerSpec(name="Other")), knobs=Knobs(**knobs))
