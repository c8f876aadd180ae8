"""What the pipeline puts into the evidence: one function for each kind of entry, and the recorder of writes."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from shared.domain.decisions.blockers import Blocker
from shared.domain.decisions.plan import Plan
from shared.domain.evidence.chain import Appender, Data, Value, moment
from shared.domain.evidence.entry import Entry, Personal
from shared.domain.evidence.kinds import EntryKind
from shared.domain.holdings.inventory import Inventory
from shared.domain.offboarding.record import Offboarding, Proof
from shared.domain.offboarding.states import TERMINAL
from shared.domain.people.actor import Actor
from shared.ports.write_record import SentWrite, WriteResult

SHOWN = 20
"""Blockers and problems in one entry; how many there are is always said."""


def fresh_salt() -> str:
    """128 random bits: a short text cannot be found again by trying."""
    return secrets.token_hex(16)


def first_entries(head: Offboarding, by: Actor, at: datetime) -> tuple[Offboarding, tuple[Entry, ...]]:
    """The request, and the outcome of one that ends at once: the head with them, and the entries to be stored."""
    appender, chain = Appender(head.id, fresh_salt), head.evidence
    said = [(EntryKind.REQUEST, request_data(head))]
    if head.finished:
        said.append((EntryKind.OUTCOME, state_data(head)))
    entries = []
    for kind, data in said:
        chain, entry = appender.append(chain, kind, by, at, data)
        entries.append(entry)
    return replace(head, evidence=chain), tuple(entries)


def request_data(head: Offboarding) -> Data:
    """What was asked, by whom and why."""
    request = head.request
    return _present(
        requestId=request.request_id,
        fingerprint=request.fingerprint,
        batchId=request.batch_id,
        correlationId=request.correlation_id,
        customerTenantId=request.customer_id,
        customerDomain=Personal(request.domain) if request.domain else None,
        customerCompanyName=Personal(request.company_name) if request.company_name else None,
        requestedBy=Personal(request.requested_by),
        reason=Personal(request.reason),
        approvalReference=Personal(request.approval_reference) if request.approval_reference else None,
        dryRun=request.dry_run,
        notBefore=_moment(request.not_before),
        commitments=request.commitments.value,
        restrictions=[item.value for item in request.restrictions] or None,
        resellerMpnId=request.reseller,
    )


def plan_data(plan: Plan, customer_id: str) -> Data:
    """What will be done, and to whom: a request may name a domain alone."""
    return _present(
        customerTenantId=customer_id,
        planDigest=plan.digest,
        holdings=plan.holdings,
        actions=dict(plan.actions),
        datedBlockers=plan.dated_blockers,
        undatedBlockers=plan.undated_blockers,
        unsettledBlockers=plan.unsettled_blockers,
        paidUntil=_moment(plan.paid_until),
    )


def inventory_data(inventory: Inventory) -> Data:
    """What one complete read of everything showed."""
    problems = [f"{item.collection}: {item.code}" for item in inventory.problems]
    return _present(
        what="inventory",
        inventoryDigest=inventory.digest,
        beganAt=moment(inventory.began_at),
        holdings=len(inventory.holdings),
        problems=len(problems),
        firstProblems=problems[:SHOWN] or None,
    )


def verdict_data(inventory: Inventory, blockers: Iterable[Blocker]) -> Data:
    """What the gate said, of which inventory."""
    found = [_present(holding=one.key, cause=one.cause.value, until=_moment(one.until)) for one in blockers]
    return _present(
        clear=not found, inventoryDigest=inventory.digest, blockers=len(found), firstBlockers=found[:SHOWN] or None
    )


def state_data(head: Offboarding, before: Offboarding | None = None) -> Data:
    """The state that was entered, why, and from which one."""
    return _present(
        status=head.status.value,
        stage=head.stage.value if head.stage else None,
        reason=head.reason.code.value if head.reason else None,
        nextAttemptAt=_moment(head.next_attempt_at) if head.status not in TERMINAL else None,
        attempt=head.attempt,
        fromStatus=before.status.value if before else None,
        fromStage=before.stage.value if before and before.stage else None,
    )


def proofs_data(proofs: Iterable[Proof]) -> Data:
    """What shows that the relationship is gone, and what does not yet."""
    return {"proofs": [{"name": one.name, "holds": one.holds, "at": moment(one.at)} for one in proofs]}


@dataclass(frozen=True, slots=True)
class HoldingWrites:
    """A WriteRecorder for one action on one holding. `store` appends an entry and stores it; `keep` only appends it.

    Both may be called from several threads.
    """

    action: str
    holding: str
    store: Callable[[EntryKind, Data], int]
    keep: Callable[[EntryKind, Data], int]
    now: Callable[[], datetime]

    def sending(self, write: SentWrite) -> int:
        """See WriteRecorder."""
        data = _present(
            action=self.action,
            holding=self.holding,
            method=write.method,
            path=write.path,
            requestId=write.request_id,
            bodySha256=write.body_sha256,
        )
        return self.store(EntryKind.INTENT, data)

    def ended(self, intent: int, result: WriteResult) -> None:
        """See WriteRecorder."""
        data = _present(
            intent=intent,
            status=result.status,
            code=result.code or None,
            correlationId=result.correlation_id or None,
            answeredAt=moment(self.now()) if result.status is not None else None,
            bodySha256=result.body_sha256 or None,
            none=result.none or None,
        )
        self.keep(EntryKind.ANSWER, data)


def _present(**fields: Value) -> Mapping[str, Value]:
    """The fields that have a value: absent rather than null."""
    return {name: value for name, value in fields.items() if value is not None}


def _moment(at: datetime | None) -> str | None:
    return moment(at) if at is not None else None
