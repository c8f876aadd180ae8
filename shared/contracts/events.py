"""Events on the topic: CloudEvents 1.0, structured JSON. One outcome event for each request (I5).

The id is deterministic, so an event that is sent again after a crash carries the same id.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from shared.contracts.base import UtcTime, WireModel
from shared.contracts.mistakes import FieldProblem
from shared.domain.offboarding.settled import Payment

BLOCKERS_SHOWN = 20


class EventType(StrEnum):
    """Progress events may come many times; each of the outcome types ends a request."""

    PROGRESS = "offboarding.progress.v1"
    WAITING = "offboarding.waiting.v1"
    NEEDS_ATTENTION = "offboarding.needs_attention.v1"
    AWAITING_APPROVAL = "offboarding.awaiting_approval.v1"
    REMOVED = "offboarding.removed.v1"
    ALREADY_REMOVED = "offboarding.already_removed.v1"
    PLANNED = "offboarding.planned.v1"
    STOPPED = "offboarding.stopped.v1"
    REJECTED = "offboarding.rejected.v1"
    JOINED = "offboarding.joined.v1"
    WITHDRAWN = "offboarding.withdrawn.v1"
    WINDOW_CLOSING = "offboarding.window_closing.v1"
    RENEWAL_COMING = "offboarding.renewal_coming.v1"


OUTCOMES = frozenset(EventType) - {
    EventType.PROGRESS,
    EventType.WAITING,
    EventType.NEEDS_ATTENTION,
    EventType.AWAITING_APPROVAL,
    EventType.WINDOW_CLOSING,
    EventType.RENEWAL_COMING,
}


class ReasonData(WireModel):
    """Why the offboarding is where it is."""

    code: str = Field(description="Stable code, for programs.")
    text: str = Field(description="The same as a sentence for people, in English.")
    operator_action: str | None = Field(default=None, description="What a person should do about it, if anything.")


class CustomerData(WireModel):
    """The customer as identified; only the tenant id is sure before planning."""

    tenant_id: str | None = Field(default=None, description="Microsoft Entra tenant id.")
    company_name: str | None = Field(default=None, description="Company name, in Partner Center if it was found there.")
    domain: str | None = Field(default=None, description="Default domain, in Partner Center if it was found there.")


class BlockerData(WireModel):
    """One reason why the relationship cannot be removed yet."""

    holding: str = Field(description="Key of the holding, the same in every event of this offboarding.")
    name: str = Field(description="What the holding is called in Partner Center.")
    cause: str = Field(description="Stable code of why it blocks, for programs.")
    detail: str = Field(description="The same as a sentence for people, in English.")
    what_to_do: str | None = Field(default=None, description="What a person has to do; absent if nobody has to act.")
    unblocks_at: UtcTime | None = Field(
        default=None, description="When it stops blocking by itself; absent if no date is known."
    )
    paid_until: UtcTime | None = Field(
        default=None, description="The last moment that is being paid for, if it is paid on."
    )


class AmountData(WireModel):
    """An amount as Microsoft told it: text, so that nothing of it is lost, and its currency."""

    amount: str = Field(description="A decimal number, exactly as far as it was told.")
    currency: str = Field(description="ISO 4217.")


class PlannedData(WireModel):
    """What will be done about one holding: once the plan is approved, or when a dry run is requested in earnest."""

    holding: str = Field(description="Key of the holding, the same in every event of this offboarding.")
    name: str = Field(description="What it is called in Partner Center.")
    action: str | None = Field(default=None, description="What is written to it first; absent if nothing is.")
    then: tuple[str, ...] | None = Field(
        default=None, description="What follows, also where the action before is refused."
    )
    at: UtcTime | None = Field(
        default=None,
        description="When it ends by itself, or the start that was asked for; absent: at once, or unknown.",
    )
    irreversible: bool = Field(description="Whether nothing can put it back: it would have to be bought again.")
    closes_at: UtcTime | None = Field(default=None, description="Until when the action is possible, if that is known.")
    paid_until: UtcTime | None = Field(
        default=None, description="The last moment that is being paid for, if it is paid on."
    )
    refund: AmountData | None = Field(default=None, description="What its return gives, where Azure told it.")
    refund_known: bool = Field(
        default=False, description="False: no refund is known, which does not say that none comes."
    )
    earliest_at: UtcTime | None = Field(
        default=None,
        description="The earliest moment at which the action can be written; absent if there is none, or nobody knows.",
    )


class PlanData(WireModel):
    """What will be done; `actions` counts them by kind."""

    holdings: int = Field(description="How many holdings the customer has, ended ones too.")
    actions: dict[str, int] = Field(description="Kind of action to how many of them.")
    dated_blockers: int = Field(description="How many holdings end by themselves on a known date.")
    undated_blockers: int = Field(description="How many wait for a person.")
    unsettled_blockers: Annotated[
        int, Field(description="How many wait for Microsoft, a transfer or an order, without a known date.")
    ] = 0
    first_window_closes_at: UtcTime | None = Field(
        default=None, description="Until when everything planned to be cancelled or given back still can be."
    )
    paid_until: UtcTime | None = Field(
        default=None,
        description="The last moment of a commitment that is paid for if the plan is carried out; `payment` and "
        "`paidUntil` beside the plan say what became of it.",
    )
    refundable_seats: Annotated[int, Field(description="How many seats of what runs on can still be given back.")] = 0
    seats_until: UtcTime | None = Field(default=None, description="Until when the first of those seats can be.")
    irreversible_steps: Annotated[
        int, Field(description="How many steps nothing puts back, the removal of the relationship among them.")
    ] = 0
    refunds: Annotated[
        tuple[AmountData, ...], Field(description="What returns would give in all, for each currency that was told.")
    ] = ()
    removal_expected_at: UtcTime | None = Field(
        default=None,
        description="Its day, in UTC, is the one on which the relationship is removed if nothing interferes.",
    )
    removal_unknown: str | None = Field(
        default=None, description="Why no such day can be told: who has to act first, or what nobody knows."
    )
    stops: str | None = Field(
        default=None,
        description="Of a dry run with `stop_and_report`: why it would stop at once, with nothing touched.",
    )
    digest: str = Field(description="SHA-256 of every step that will be made: equal for equal plans.")


class ProofData(WireModel):
    """One proof that the relationship is gone."""

    name: str = Field(description="What was asked, a stable code.")
    holds: bool = Field(description="Whether the answer proves that the relationship is gone.")
    detail: str = Field(description="What was found, for people.")
    at: UtcTime = Field(description="When it was asked.")


class ActorData(WireModel):
    """Who brought something about."""

    type: Literal["key", "person", "queue", "system"] = Field(
        description="A program with a function key, a person who signed in, the request queue, or the pipeline itself."
    )
    id: str = Field(description="Of a person the object id in Entra; of a key its name, as far as it is known.")
    name: str = Field(description="For people. Of the queue it is what the request claims in requestedBy.")


class EvidenceData(WireModel):
    """The end of the evidence at this moment: with it, a copy proves that a later file continues what was then."""

    entries: int = Field(description="How many entries the evidence has.")
    head: str = Field(description="The hash of the last of them, SHA-256 in hex.")


class NotRestoredData(WireModel):
    """After a withdrawal: one matter that is not as it was before."""

    holding: str = Field(description="Key of the holding, or a word for what is none.")
    name: str = Field(description="What it is called in Partner Center.")
    quantity: int | None = Field(default=None, description="How many units it had, if it is counted.")
    detail: str = Field(description="Why it is not as it was, for people.")
    what_to_do: str = Field(description="What to buy again, or what else to do.")


class EventData(WireModel):
    """What every event tells."""

    offboarding_id: str = Field(description="The id of the offboarding, the subject of the event too.")
    request_id: str = Field(description="That of the request; begins with unreadable: where there is none.")
    batch_id: str | None = Field(default=None, description="That of the request; absent if it is in none.")
    dry_run: bool = Field(description="Whether it only plans.")
    status: str = Field(description="Where the offboarding stands; the names are those of the HTTP interface.")
    stage: str | None = Field(default=None, description="What it works on now; absent once it has ended.")
    customer: CustomerData = Field(description="Whose relationship it is about.")
    evidence: EvidenceData = Field(description="How far the evidence went when this was told.")
    reason: ReasonData | None = Field(default=None, description="Why it stands there.")
    next_attempt_at: UtcTime | None = Field(
        default=None, description="When the pipeline looks again; not the end of a wait."
    )
    payment: Payment | None = Field(
        default=None,
        description="What is paid on: until_date (`paidUntil` says when), until_done (until the pipeline has ended "
        "it; no term is waited for), nothing, no_end_known (it runs on and renews, or nobody knows its end), not_read "
        "(what the customer holds was not read). Absent only in events of an earlier version.",
    )
    paid_until: UtcTime | None = Field(
        default=None,
        description="The last moment that is, or was, paid for: bill the customer until then. Only with until_date.",
    )
    plan: PlanData | None = Field(default=None, description="What will be done, once it was planned.")
    planned: Annotated[
        tuple[PlannedData, ...] | None,
        Field(
            description="Only in awaiting_approval and planned: what will be done, at most "
            f"{BLOCKERS_SHOWN}, first what nothing puts back. The offboarding itself shows all."
        ),
    ] = None
    planned_count: int | None = Field(default=None, description="How many of those there are in all.")
    blockers: Annotated[tuple[BlockerData, ...] | None, Field(description=f"At most {BLOCKERS_SHOWN}.")] = None
    blocker_count: int | None = Field(default=None, description="How many block in all.")
    proofs: tuple[ProofData, ...] | None = Field(
        default=None, description="What proves that the relationship is gone, once it was asked."
    )
    reestablish_url: str | None = Field(
        default=None, description="Link with which the customer accepts a new relationship."
    )
    joined_to: str | None = Field(
        default=None, description="Only in joined: the id of the offboarding to follow instead."
    )
    live_offboarding_id: str | None = Field(
        default=None, description="Only in rejected: the id of the live one that stands in the way."
    )
    errors: Annotated[
        tuple[FieldProblem, ...] | None,
        Field(description="Only in rejected, for what came by queue: every mistake in it, at most 20."),
    ] = None
    window_closes_at: Annotated[
        UtcTime | None, Field(description="Only in window_closing: until when a cancellation is still possible.")
    ] = None
    renews_at: Annotated[
        UtcTime | None, Field(description="Only in renewal_coming: when the first of them renews.")
    ] = None
    notice: Annotated[
        str | None,
        Field(description="Only in window_closing and renewal_coming: what closes or renews, as a sentence."),
    ] = None
    actor: ActorData | None = Field(default=None, description="Who brought this about; the pipeline itself, mostly.")
    survivors: Annotated[
        tuple[str, ...] | None, Field(description="What is left behind: the customer deletes it itself, or it lapses.")
    ] = None
    not_restored: Annotated[
        tuple[NotRestoredData, ...] | None,
        Field(description="Only in withdrawn: what is not as it was before, at most 400."),
    ] = None
    not_restored_count: int | None = Field(default=None, description="How many that are in all.")


class Event(WireModel):
    """A CloudEvents 1.0 envelope in structured mode."""

    specversion: Literal["1.0"] = Field(default="1.0", description="Of CloudEvents.")
    id: str = Field(description="The same whenever the event is sent again; with `source` unlike that of any other.")
    source: str = Field(description="The deployment that it comes from, a URI reference.")
    type: EventType = Field(description="What happened.")
    subject: str = Field(description="The id of the offboarding.")
    time: UtcTime = Field(description="When it happened.")
    datacontenttype: Literal["application/json"] = Field(default="application/json", description="Of `data`.")
    dataschema: str = Field(
        description="Names the schema of `data` in schemas/ of the version that made the event; no address to fetch."
    )
    # Extension attributes: CloudEvents allows lower-case letters and digits in their names, and nothing else.
    sequence: str = Field(
        pattern=r"^\d{10}$",
        description="Number of the event among those of its subject: 1 and one more each, with zeros in front, so that "
        "it sorts as text.",
    )
    correlationid: str = Field(description="The correlation id of the request, or else its request id.")
    appversion: str = Field(description="Version of the pipeline that made the event.")
    data: EventData = Field(description="What is told.")
