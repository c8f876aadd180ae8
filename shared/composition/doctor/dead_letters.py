"""What was given up on the queues: a look that takes nothing away."""

from __future__ import annotations

from shared.composition.doctor.probe import Finding, Probe
from shared.domain.advice import Problem
from shared.domain.wording import count_of
from shared.ports.bus import COUNTED_AT_MOST

CHECK = "dead letters"


def dead_letters(probe: Probe) -> Finding:
    """None lies anywhere; the counts are told in the answer."""
    counts = dict(probe.count_letters())
    probe.told["deadLetters"] = counts
    found = {queue: count for queue, count in counts.items() if count}
    if not found:
        return Finding(CHECK, "none on any queue")
    most = max(found.values())
    total = count_of(sum(found.values()), "message")
    where = ", ".join(f"{queue} {count}" for queue, count in found.items())
    cause = f"{'At least ' if most >= COUNTED_AT_MOST else ''}{total} on dead-letter queues: {where}"
    consequence = "A timer looks after them every few minutes; what stays needs a person"
    action = "find out from the log why they were given up, remove the cause, and have them redriven: offboard redrive"
    return Finding(CHECK, warnings=(Problem(CHECK, "dead_lettered", cause, consequence, action),))
