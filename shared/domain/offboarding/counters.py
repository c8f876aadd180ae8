"""Bounds that make loops visible: how often something happened in a row."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Counters:
    """`faults`: attempts in a row that failed. `returns`: ways back to an earlier stage. `refusals`: of the removal.
    `rechecks`: looks in a row at something that passes by itself."""

    faults: int = 0
    returns: int = 0
    refusals: int = 0
    rechecks: int = 0

    def failed(self) -> Counters:
        """One more attempt failed."""
        return replace(self, faults=self.faults + 1)

    def worked(self) -> Counters:
        """An attempt ended in an outcome."""
        return replace(self, faults=0)

    def went_back(self) -> Counters:
        """Back to an earlier stage once more."""
        return replace(self, returns=self.returns + 1)

    def went_back_to_work(self) -> Counters:
        """Back to suspend or cancel: there is something to do, so nothing is only looked at any more."""
        return replace(self, returns=self.returns + 1, rechecks=0)

    def asked(self) -> Counters:
        """A person was asked: after each look one more way back to work is free."""
        return replace(self, returns=max(self.returns - 1, 0))

    def refused(self) -> Counters:
        """The removal was refused, or had no effect, once more."""
        return replace(self, refusals=self.refusals + 1)

    def looked(self) -> Counters:
        """Looked once more at something that passes by itself."""
        return replace(self, rechecks=self.rechecks + 1)

    def waits(self) -> Counters:
        """It waits, so it does not go round in circles."""
        return replace(self, rechecks=self.rechecks + 1, returns=0)

    def in_new_stage(self) -> Counters:
        """Another stage looks at other things."""
        return replace(self, rechecks=0)
