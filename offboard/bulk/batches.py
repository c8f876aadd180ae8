"""Requests in batches: as few calls as possible, each of them once however often it is sent."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from offboard.operate.desk import Desk
from offboard.operate.failures import UnreachableError
from shared.contracts.batch import AT_MOST, LARGEST_BODY
from shared.domain.offboarding.states import TERMINAL, Status

PATH = "/api/batches"
ROOM = 64 * 1024
"""Bytes of a body that are left for what is around the requests."""
SETTLED = {status.value for status in TERMINAL} | {Status.NEEDS_ATTENTION.value}
EVERY = 2.0


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one request: an offboarding, a problem, or both where it lives under other options."""

    offboarding_id: str
    problem: Mapping[str, Any] | None
    result: str = ""
    """As the API says it; nothing from one that does not yet."""


def send_all(desk: Desk, word: str, requests: Sequence[Mapping[str, Any]], step: Any) -> tuple[list[str], list[Taken]]:
    """Send them in their order; the ids of the batches, and what became of each request.

    The same requests are the same batches. Dying half-way, the command can be run again.
    """
    ids: list[str] = []
    taken: list[Taken] = []
    for part in _parts(requests):
        digest = hashlib.sha256(json.dumps(part, sort_keys=True).encode()).hexdigest()[:24]
        answer = desk.api.send_again(PATH, {"batchId": f"{word}-{digest}", "requests": part}).json
        items = answer.get("items") or ()
        if len(items) != len(part):
            raise UnreachableError(f"the answer tells of {len(items)} requests where {len(part)} were sent")
        ids.append(str(answer["batchId"]))
        taken += [
            Taken(str(item.get("offboardingId") or ""), item.get("problem"), str(item.get("result") or ""))
            for item in items
        ]
        step(len(taken))
    return ids, taken


def wait_for(desk: Desk, ids: Iterable[str], seconds: float, step: Any) -> bool:
    """Until everything in the batches is planned, refused, or needs a person; False when `seconds` were not enough."""
    waited, done = 0.0, 0
    for batch in ids:
        while True:
            items = desk.api.get(f"{PATH}/{quote(batch, safe='')}").json.get("items") or ()
            settled = sum(1 for item in items if not item.get("status") or item["status"] in SETTLED)
            step(done + settled)
            if settled == len(items):
                break
            if waited >= seconds:
                return False
            desk.around.pause(EVERY)
            waited += EVERY
        done += settled
    return True


def _parts(requests: Sequence[Mapping[str, Any]]) -> Iterator[list[Mapping[str, Any]]]:
    part: list[Mapping[str, Any]] = []
    size = 0
    for request in requests:
        length = len(json.dumps(request)) + 2
        if part and (len(part) >= AT_MOST or size + length > LARGEST_BODY - ROOM):
            yield part
            part, size = [], 0
        part.append(request)
        size += length
    if part:
        yield part
