"""Several offboardings resumed by one command: each as if alone, about what was seen (If-Match)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from offboard.operate.api import offboarding
from offboard.operate.desk import Desk
from offboard.operate.failures import NotAllError, RefusedError, UsageError
from offboard.operate.listing import every_one
from offboard.operate.renews import lets_renew, show_renewals
from offboard.operate.shown import called
from shared.domain.decisions.overrides import naming
from shared.domain.offboarding.restored import BY_ITSELF_ALONE
from shared.domain.offboarding.states import Status
from shared.domain.wording import count_of, first_of

TITLES = ("OFFBOARDING", "CUSTOMER", "ASKS", "WHAT TO DO FIRST")
RESULTS = ("OFFBOARDING", "CUSTOMER", "RESULT", "WHAT TO DO")

SHOWN = 20


@dataclass(frozen=True, slots=True)
class Seen:
    """One offboarding as it was looked at: what of it is shown, and its ETag."""

    identity: str
    customer: str
    code: str
    what_to_do: str
    etag: str


def resume_several(
    desk: Desk, identities: Sequence[str], asking: str, batch: str, reason: str, confirm: str, dry_run: bool
) -> None:
    """Those with these ids, or all that ask for `asking`. Where something renews, it says what, and has the number of
    these typed."""
    seen, renewing = [], 0
    for found, etag in _found(desk, identities, asking, batch):
        if lets_renew(found):
            renewing += 1
            desk.people.line(f"{called(found.get('customer') or {})}, {found.get('offboardingId')}:")
            show_renewals(found, desk.people)
        seen.append(_seen(found, etag))
    if not seen:
        desk.tell({"items": []})
        desk.say(f"Nothing asks for {asking}." if asking else "Nothing was named.")
        return
    _require_of_a_list(seen)
    desk.people.table(TITLES, [(item.identity, item.customer, item.code, item.what_to_do) for item in seen])
    if dry_run:
        desk.tell({"items": [{"offboardingId": item.identity, "body": _body(item, reason)} for item in seen]})
        desk.say("Nothing was sent (--dry-run).")
        return
    if renewing:
        desk.confirm(f"renew {renewing}", confirm, f"let {count_of(renewing, 'of these', 'of these')} renew")
    _send(desk, seen, reason)


def _require_of_a_list(seen: Iterable[Seen]) -> None:
    alone = [item for item in seen if item.code in list(BY_ITSELF_ALONE)]
    if alone:
        named = first_of([item.identity for item in alone], SHOWN)
        raise UsageError(
            f"{alone[0].code} is never resumed in a list: compare each with its sender and with Partner Center, then "
            f"resume it by itself, or withdraw it: {named}. Nothing was sent"
        )


def _found(desk: Desk, identities: Sequence[str], asking: str, batch: str) -> Iterator[tuple[dict[str, Any], str]]:
    """Each as it is now, with its ETag; one that asks for something else by now is left out where `asking` is given."""
    for identity in dict.fromkeys(identities) if not asking else _asking(desk, asking, batch):
        found, etag = desk.find(identity)
        if not asking or _code(found) == asking:
            yield found, etag


def _asking(desk: Desk, asking: str, batch: str) -> Iterator[str]:
    wishes = {"status": Status.NEEDS_ATTENTION.value, "batchId": batch}
    return iter([str(item["offboardingId"]) for item in every_one(desk, wishes) if _code(item) == asking])


def _seen(found: Mapping[str, Any], etag: str) -> Seen:
    identity, reason = str(found["offboardingId"]), found.get("reason") or {}
    advice = naming(str(reason.get("operatorAction") or ""), identity)
    return Seen(identity, called(found.get("customer") or {}), _code(found), advice, etag)


def _code(item: Mapping[str, Any]) -> str:
    return str((item.get("reason") or {}).get("code") or "")


def _body(item: Seen, reason: str) -> dict[str, str]:
    return {"reason": reason, **({"reasonCode": item.code} if item.code else {})}


def _send(desk: Desk, seen: Iterable[Seen], reason: str) -> None:
    """One after the other; what was done is told, however it ends. Raises NotAllError where one was left as it is."""
    told: list[dict[str, Any]] = []
    rows: list[tuple[object, ...]] = []
    left = 0
    try:
        for item in seen:
            try:
                path = offboarding(item.identity, "/resume")
                status = str(desk.api.send("POST", path, _body(item, reason), item.etag).json.get("status"))
            except RefusedError as error:
                left += 1
                told.append({"offboardingId": item.identity, "resumed": False, "problem": error.answer})
                rows.append((item.identity, item.customer, error.cause, error.action))
            else:
                told.append({"offboardingId": item.identity, "resumed": True, "status": status})
                rows.append((item.identity, item.customer, f"resumed: {status}", ""))
    finally:
        if not desk.tell({"items": told}):
            desk.people.table(RESULTS, rows)
    if left:
        raise NotAllError(f"{left} of {len(rows)} were left as they are: what stands beside each says why")
    desk.next("list --needs-me")
