"""People around one offboarding, who approve, reject, withdraw and change their minds at any moment."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta

from local.simulator.scenario.change import Change
from local.simulator.scenario.models import CustomerSpec
from local.simulator.tenant.kinds import Relationship
from local.simulator.tenant.kinds import Status as Shown
from local.simulator.tenant.subscription import Subscription
from local.world.crash import CrashError, CrashPoints
from local.world.world import World
from shared.contracts.request import parse_request
from shared.domain.decisions.planned_steps import planned_steps
from shared.domain.errors import DeniedError
from shared.domain.offboarding.identifiers import offboarding_id
from shared.domain.offboarding.record import Offboarding
from shared.domain.offboarding.states import Status
from shared.domain.people.rights import Operation, Role
from shared.intake.accept import accept
from shared.operations.approve import Decision, NotApprovableError, decide_plan
from shared.operations.front_door import FrontDoor
from shared.operations.withdraw import CalledOff, NotWithdrawableError, withdraw
from shared.pipeline.core.session import Session
from tests.functional.customers import legacy, nce
from tests.simulation.said import VALID_FOR, Approved, Said, Step, digest_of
from tests.unit.functions.support import Around, person

DOOR = FrontDoor(authentication=True, platform=Around())
REQUESTER, APPROVER, OTHER = "Ms. Requester", "Ms. Approver", "Mr. Approver"
ALL = tuple(Role)
ROLES: Mapping[str, tuple[Role, ...]] = {
    REQUESTER: ALL,
    APPROVER: (Role.APPROVE,),
    OTHER: (Role.APPROVE, Role.READ),
    "Mr. Operator": (Role.OPERATE, Role.REQUEST, Role.READ),
}
ADDED = (nce("Bought later"), nce("Bought later", started="-P20D", term_ends="+P3D"), legacy("Ordered later"))
MOST_POINTS = 40


class People(CrashPoints):
    """They act between two steps of the world, or, as `at_point`, in the middle of one; any step may be the last of
    its process."""

    def __init__(self, customer: CustomerSpec, dice: random.Random) -> None:
        super().__init__()
        self.dice, self.customer = dice, customer
        self.world: World | None = None
        self.id = ""
        self.said = Said(REQUESTER)
        self._pending: tuple[int, Callable[[], None]] | None = None
        self._acting = False

    def ask(self, world: World) -> None:
        """The requester asks over HTTP, as a person."""
        self.world = world
        request = world.ask(self.customer)
        body = world.bus.queued.pop().body
        accept(parse_request(body), world.services, DOOR.admit(Operation.CREATE, self._headers(REQUESTER), {}))
        self.id = offboarding_id(request)

    def here(self, name: str) -> None:
        super().here(name)
        if self._pending is None or self._acting or len(self.passed) < self._pending[0]:
            return
        (_, act), self._pending = self._pending, None
        self._carry_out(act)

    def act(self, name: str) -> None:
        """Now, or at some moment of the next steps; and in some of them the process dies, once."""
        if self.dice.random() < 0.6:
            # Often within their own call.
            self.at = len(self.passed) + self.dice.randrange(1, self.dice.choice((5, MOST_POINTS, MOST_POINTS)))
        act: Callable[[], None] = getattr(self, name)
        if self.dice.random() < 0.3:
            self._pending = (len(self.passed) + self.dice.randrange(1, MOST_POINTS), act)
        else:
            self._carry_out(act)

    def _carry_out(self, act: Callable[[], None]) -> None:
        self._acting = True
        try:
            act()
        except CrashError:
            # Whoever was cut off looks again, and says it again.
            self.said.counted["cut off"] += 1
            self.at = None
            act()
        finally:
            self._acting = False

    # What they do.

    def approve(self) -> None:
        self._approve(self.dice.choice((APPROVER, OTHER)), "approved")

    def answer(self) -> None:
        """Mostly yes."""
        (self.reject if self.dice.random() < 0.15 else self.approve)()

    def approve_twice(self) -> None:
        who = self.dice.choice((APPROVER, OTHER))
        if self._approve(who, "approved") and self._head.approval is not None:
            self._approve(who, "approved", self._head.approval.digest)

    def approve_own(self) -> None:
        self._approve(REQUESTER, "own")

    def approve_without_the_role(self) -> None:
        self._approve("Mr. Operator", "no role")

    def approve_an_old_plan(self) -> None:
        shown = self._head.plan.digest if self._head.plan else ""
        old = [digest for digest in self.said.shown if digest != shown] or [digest_of([("x", "cancel", True)])]
        self._approve(APPROVER, "old digest", digest=self.dice.choice(old))

    def approve_withdrawn(self) -> None:
        self.withdraw()
        self._approve(APPROVER, "withdrawn")

    def approve_too_early(self) -> None:
        """And nobody works on it until the approval is too old."""
        self._approve(APPROVER, "approved")
        if self.are_asked:
            return
        self._world.clock.advance(VALID_FOR + timedelta(hours=self.dice.randrange(-1, 2)))
        self.said.counted["left alone"] += 1

    def approve_then_grow(self) -> None:
        self.approve()
        self.grow()

    def approve_then_shrink(self) -> None:
        self.approve()
        self.shrink()

    def approve_then_cost_more(self) -> None:
        self.approve()
        self.cost_more()

    def reject(self) -> None:
        self._decide(APPROVER, "rejected", approves=False)

    def withdraw(self) -> None:
        actor = DOOR.admit(Operation.WITHDRAW, self._headers("Mr. Operator"), {}, self._head)
        entries = self._head.evidence.entries
        try:
            withdraw(self.id, CalledOff(actor, "a mistake"), self._world.services)
        except NotWithdrawableError:
            self.said.counted["refused: withdrawn too late"] += 1
            return
        if self.said.withdrawn_after is None:
            self.said.withdrawn_after = max(entries, self._entry_of("withdrawal"))
            self.said.counted["withdrawn"] += 1

    def grow(self) -> None:
        one = self.dice.choice(ADDED).model_dump(exclude_unset=True, by_alias=True)
        self._change({"add": {"subscriptions": [one]}}, "grown")

    def shrink(self) -> None:
        self._one_of("smaller", {"status": "deleted"}, lambda _: True)

    def cost_more(self) -> None:
        now = self._world.clock.now()
        self._one_of("costlier", {"cancelUntil": now.isoformat()}, lambda item: (item.cancel_until or now) > now)

    def lose(self) -> None:
        """The customer ends the relationship, and delegated admin stays."""
        self._change({"set": {"relationship": "none"}}, "gone")

    def wait(self) -> None:
        self._world.clock.advance(timedelta(days=self.dice.randrange(1, 4)))

    # How.

    def _approve(self, who: str, kind: str, digest: str | None = None) -> bool:
        return self._decide(who, kind, approves=True, digest=digest)

    def _decide(self, who: str, kind: str, *, approves: bool, digest: str | None = None) -> bool:
        """True when it was taken. Whoever decides has looked at what the record shows now."""
        world, head = self._world, self._head
        digest = digest or self._look()
        entries = head.evidence.entries
        try:
            actor = DOOR.admit(Operation.APPROVE if approves else Operation.REJECT, self._headers(who), {}, head)
            # Said before it is stored: the process may die in between.
            if approves:
                steps = self.said.shown.get(digest, frozenset())
                self.said.approved.append(Approved(who, world.clock.now(), steps, entries))
            before = head.approval
            decide_plan(self.id, Decision(approves, digest, actor, "because"), world.services)
        except DeniedError as error:
            self.said.counted[f"refused: {error.code.value}"] += 1
            return False
        except NotApprovableError:
            if approves:
                self.said.approved.pop()
            asks = head.status is Status.AWAITING_APPROVAL
            self.said.counted[f"refused: {kind}" if asks or kind == "withdrawn" else "refused: not asked for"] += 1
            return False
        if not approves:
            self.said.rejected_after.append(self._entry_of("rejection"))
        elif self._head.approval == before:
            # Said before, by the same person: that word stands, whether its answer arrived or not.
            self.said.approved.pop()
            self._is_sure()
            self.said.counted["said before"] += 1
            return True
        else:
            self._is_sure()
        self.said.counted[kind] += 1
        return True

    def _is_sure(self) -> None:
        self.said.approved[-1] = replace(self.said.approved[-1], sure=True)

    def _look(self) -> str:
        """What a person sees: the digest, and the steps that it stands for."""
        stored = self._world.store.load(self.id)
        assert stored is not None
        steps = planned_steps(Session(stored, self._world.services).situation)
        seen: frozenset[Step] = frozenset((step.key, step.action, step.irreversible) for step in steps)
        self.said.shown[digest_of(seen)] = seen
        plan = stored.offboarding.plan
        return plan.digest if plan is not None else "0" * 64

    def _one_of(self, kind: str, fields: dict[str, str], suits: Callable[[Subscription], bool]) -> None:
        active = (item for item in self._world.simulator.store.subscriptions if item.status is Shown.ACTIVE)
        held = [item for item in active if suits(item)]
        if held:
            self._change({"holding": self.dice.choice(held).id, "set": fields}, kind)

    def _change(self, change: dict[str, object], kind: str) -> None:
        world = self._world
        (customer,) = world.simulator.store.customers
        if customer.relationship is Relationship.RESELLER:
            world.simulator.change(Change.model_validate({"customer": customer.id, **change}), world.clock.now())
            self.said.counted[f"tenant {kind}"] += 1

    def _entry_of(self, kind: str) -> int:
        """The number of the last entry of this kind."""
        entries = (json.loads(line) for line in self._world.store.evidence(self.id))
        return max((entry["seq"] for entry in entries if entry["kind"] == kind), default=0)

    def _headers(self, who: str) -> dict[str, str]:
        return person(who, *ROLES[who])

    @property
    def _world(self) -> World:
        assert self.world is not None
        return self.world

    @property
    def _head(self) -> Offboarding:
        stored = self._world.store.load(self.id)
        assert stored is not None
        return stored.offboarding

    @property
    def are_asked(self) -> bool:
        """An approval is waited for."""
        return self._head.status is Status.AWAITING_APPROVAL
