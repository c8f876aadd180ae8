"""What is put back of one offboarding: as it was, as its evidence says that it ended, or held for good as forged."""

from __future__ import annotations

from dataclasses import dataclass

from shared.domain.evidence.walk import walk
from shared.ports.evidence import SealReader
from shared.ports.shelf import Shelf
from shared.snapshots.agree import disagreement, is_asked_for, is_sealed, without_unsaid
from shared.snapshots.lines import Copy
from shared.snapshots.lost import Ended, ended_since

NO_REQUEST = (
    "its evidence has no request: it was begun before evidence was kept, or somebody took that away. Compare customer "
    "and request with what the sender has"
)


@dataclass(frozen=True, slots=True)
class Differs:
    """What the record says does not agree with its evidence, or with what was exported of it."""

    why: str


@dataclass(frozen=True, slots=True)
class Judge:
    """Looks at one copy after the other. `signed`: a trusted key signed the snapshot. `archive`: where finished
    evidence was exported to. Raises what `seals` and `archive` raise: the restore is to be run again then."""

    signed: bool
    seals: SealReader | None
    archive: Shelf | None

    def of(self, copy: Copy) -> Ended | Differs | None:
        """None: as it was copied. What differs is cut to what is whole of it, so that its evidence can go on."""
        walked = walk(copy.head.id, copy.evidence)
        why = disagreement(copy, walked, self.seals, signed=self.signed)
        if not why:
            found = self._since(copy)
            if found is None and not copy.head.finished:
                copy.holdings = without_unsaid(copy.holdings, walked, signed=self.signed)
            if not isinstance(found, str):
                return found
            why = found
        copy.evidence = copy.evidence[: walked.head.entries]
        copy.asides = [aside for aside in copy.asides if walked.fits(aside)]
        return Differs(why)

    def remark(self, copy: Copy) -> str:
        """What whoever decides about one that waits should know; "" for nothing."""
        return "" if is_asked_for(walk(copy.head.id, copy.evidence)) else NO_REQUEST

    def _since(self, copy: Copy) -> Ended | str | None:
        """How it ended, where the snapshot itself does not prove that; or why it is not believed."""
        head = copy.head
        if head.finished and (self.signed or is_sealed(head, self.seals)):
            return None
        found = ended_since(self.archive, copy, self.seals) if self.archive is not None else None
        if found is None and head.finished:
            return f"nobody signed that it has ended as {head.status.value}"
        return found
