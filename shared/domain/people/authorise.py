"""authorise: whether somebody may do something, by the table alone."""

from __future__ import annotations

from collections.abc import Collection

from shared.domain.codes import ReasonCode
from shared.domain.errors import DeniedError
from shared.domain.people.actor import Actor, ActorType
from shared.domain.people.rights import RIGHTS, WORDS, Holder, Operation, Program, Right, Role


def authorise(actor: Actor, roles: Collection[Role], operation: Operation, *, own: bool = False) -> DeniedError | None:
    """None if `actor` with `roles` may do it, else why not. `own`: the actor made the request that it is about."""
    row = RIGHTS[operation]
    rights = {row[holder] for holder in _held(actor, roles) if holder in row}
    if not rights:
        return _lacking(operation, row)
    if own and Right.NOT_OWN in row.values():
        text = f"{WORDS[operation]} is not for whoever made the request"
        return DeniedError(ReasonCode.OWN_REQUEST, text, "Have another person with the role do it.")
    if rights == {Right.OWN} and not own:
        return _lacking(operation, [holder for holder, right in row.items() if right is not Right.OWN])
    return None


def _held(actor: Actor, roles: Collection[Role]) -> Collection[Holder]:
    if actor.type is ActorType.PERSON:
        return roles
    return (Program.KEY,) if actor.type is ActorType.KEY else ()


def _lacking(operation: Operation, enough: Collection[Holder]) -> DeniedError:
    """Names the roles any one of which would do."""
    names = " or ".join(holder.value for holder in enough if isinstance(holder, Role))
    advice = f"Have it done by somebody with the role {names}, or have an administrator give it."
    return DeniedError(ReasonCode.NOT_ALLOWED, f"{WORDS[operation]} needs the role {names}", advice)
