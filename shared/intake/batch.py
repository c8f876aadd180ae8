"""take_in_batch: several requests at once, each of them as if it came alone.

What is remembered is written twice: before anything is taken in, which request has which place, and at the end what
became of each. So the same batch sent again goes on where the first one died, and afterwards has the same answers.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass, replace
from datetime import timedelta

from shared.contracts.batch import BatchAnswer, BatchResult, BatchRow, BatchV1, KeptBatch, row_name
from shared.contracts.problems import Problem, problem_of, refused_beside
from shared.contracts.request import parse_request
from shared.domain.codes import ReasonCode
from shared.domain.errors import (
    ConcurrencyConflictError,
    InvalidRequestError,
    OffboardingError,
    RequestIdReusedError,
    UnavailableError,
)
from shared.domain.offboarding.identifiers import offboarding_id
from shared.domain.offboarding.request import OffboardingRequest
from shared.domain.people.actor import Actor
from shared.domain.wording import shorten
from shared.intake.accept import accept
from shared.intake.reject import request_id_in
from shared.pipeline.core.services import Services
from shared.ports.store import SharedRow

log = logging.getLogger("offboarding")
LONGEST = 150.0
"""Seconds of work on one call; Azure's front end ends one after 230 s, and would tell the sender nothing."""


class BatchIdReusedError(OffboardingError):
    """The batch id is known with other requests."""

    code = ReasonCode.BATCH_ID_REUSED
    operator_action = "If the change is meant, send it with a new batchId."


@dataclass(frozen=True, slots=True)
class _Item:
    """One request as it was read: a request, or the mistakes in it."""

    request_id: str | None
    request: OffboardingRequest | None
    mistakes: InvalidRequestError | None = None

    def begun(self, position: int) -> BatchRow:
        """What is known before anything is taken in, without a value that was sent."""
        if self.request is not None:
            identity = offboarding_id(self.request.request_id)
            return BatchRow(position=position, request_id=self.request_id, offboarding_id=identity)
        found = _without_values(self.mistakes) if self.mistakes else None
        return BatchRow(position=position, request_id=self.request_id, result=BatchResult.REFUSED, problem=found)


def take_in_batch(batch: BatchV1, actor: Actor, services: Services) -> BatchAnswer:
    """Take in each request of `batch`, as `actor`'s.

    Raises BatchIdReusedError when the id is known with other requests, and what is retryable: what was taken in until
    then stays, and the same batch sent again goes on.
    """
    items = tuple(_read(value, batch.id) for value in batch.requests)
    row, kept = _begun(batch, items, services)
    if not kept.complete:
        kept = _finished(row, kept, items, actor, services)
    answers = tuple(_with_values(item, answer) for item, answer in zip(items, kept.items, strict=True))
    accepted = sum(1 for answer in answers if answer.problem is None)
    there = sum(1 for answer in answers if answer.result is BatchResult.ALREADY_THERE)
    return BatchAnswer(batch_id=batch.id, accepted=accepted, already_there=there, items=answers)


def _read(value: object, batch_id: str) -> _Item:
    body = json.dumps(value).encode()
    try:
        request = parse_request(body)
    except InvalidRequestError as error:
        return _Item(request_id_in(body) or None, None, error)
    return _Item(request.request_id, replace(request, batch_id=request.batch_id or batch_id))


def _begun(batch: BatchV1, items: tuple[_Item, ...], services: Services) -> tuple[SharedRow, KeptBatch]:
    """The batch as it is remembered, from now on at the latest."""
    name = row_name(batch.id)
    row = services.store.shared_row(name)
    if row is None:
        rows = tuple(item.begun(position) for position, item in enumerate(items))
        now = services.clock.now()
        fresh = KeptBatch(batch_id=batch.id, digest=batch.digest, received_at=now, complete=False, items=rows)
        try:
            return services.store.put_shared_row(name, fresh.to_json(), None), fresh
        except ConcurrencyConflictError:
            # The same id was sent at this moment: whoever comes first has it.
            row = services.store.shared_row(name)
    if row is None:
        raise UnavailableError(f"batch {shorten(batch.id)} cannot be read back", service="store")
    kept = KeptBatch.of(row.text)
    if kept.digest != batch.digest:
        raise BatchIdReusedError(f"batch {batch.id} is known with other requests; nothing was taken in")
    return row, kept


def _finished(row: SharedRow, kept: KeptBatch, items: tuple[_Item, ...], actor: Actor, services: Services) -> KeptBatch:
    # A third of a claim: functionTimeout, which ends before one, may be short.
    ends = services.clock.monotonic() + min(LONGEST, services.pace.claim / timedelta(seconds=3))
    rows: list[BatchRow] = []
    for item, begun in zip(items, kept.items, strict=True):
        if services.clock.monotonic() >= ends:
            text = f"{len(rows)} of {len(items)} requests of batch {shorten(kept.batch_id)} are taken in"
            raise UnavailableError(f"{text}; there was no time for the others", service="store")
        # What an earlier version began does not say yet that it was refused.
        refused = begun.model_copy(update={"result": BatchResult.REFUSED})
        rows.append(refused if item.request is None else _taken_in(item.request, begun, actor, services))
    done = kept.model_copy(update={"complete": True, "items": tuple(rows)})
    name = row_name(kept.batch_id)
    try:
        services.store.put_shared_row(name, done.to_json(), row.etag)
    except ConcurrencyConflictError:
        # Sent twice at the same moment. Both took the same in; the answers are those of whoever was done first.
        stored = services.store.shared_row(name)
        return KeptBatch.of(stored.text) if stored is not None else done
    log.info(
        "batch %s: %d of %d accepted", shorten(kept.batch_id), sum(1 for one in rows if not one.problem), len(rows)
    )
    return done


def _taken_in(request: OffboardingRequest, begun: BatchRow, actor: Actor, services: Services) -> BatchRow:
    try:
        offboarding = accept(request, services, actor).offboarding
    except InvalidRequestError as error:
        return _refused(begun, _without_values(error))
    except RequestIdReusedError as error:
        return _refused(begun, problem_of(error))
    problem = refused_beside(offboarding)
    if problem is not None:
        return begun.model_copy(update={"result": BatchResult.REFUSED, "problem": problem})
    # From what is stored, not from who stored it: after a crash the same batch has the same answers.
    here = offboarding.request.batch_id == request.batch_id
    return begun.model_copy(update={"result": BatchResult.ACCEPTED if here else BatchResult.ALREADY_THERE})


def _refused(begun: BatchRow, problem: Problem) -> BatchRow:
    return begun.model_copy(update={"offboarding_id": None, "result": BatchResult.REFUSED, "problem": problem})


def _without_values(error: InvalidRequestError) -> Problem:
    """What is kept of mistakes: the first one, without what was sent."""
    return problem_of(InvalidRequestError(error.code, error.field, error.rule))


def _with_values(item: _Item, answer: BatchRow) -> BatchRow:
    """For the sender, who has the request: all of its mistakes, with the values."""
    return answer.model_copy(update={"problem": problem_of(item.mistakes)}) if item.mistakes is not None else answer
