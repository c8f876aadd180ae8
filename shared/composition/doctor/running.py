"""What only the running app is asked: how it is set, whether its timers run, and what is late."""

from __future__ import annotations

from dataclasses import fields
from datetime import timedelta

from shared.composition.doctor.checks import Check
from shared.composition.doctor.dead_letters import CHECK, dead_letters
from shared.composition.doctor.probe import Finding, Probe
from shared.domain.advice import Problem
from shared.domain.brake import Ceiling
from shared.domain.policy import Mode
from shared.domain.wording import count_of, stamp_to_the_second
from shared.ports.listing import Filter, Order
from shared.snapshots.take import last_snapshot
from shared.upkeep.rounds import last_round

LATE_SNAPSHOT = timedelta(days=2)
"""One may fail; the next is taken a day later."""
LATE_ROUND = timedelta(minutes=30)
"""Six rounds of the schedule that the Bicep sets; the alert no-sweep waits as long."""
COUNTED_AT_MOST = 100
LOOK_AT_IT = "see whether function sweep runs, what it logs, and the setting OFFBOARDING_SWEEP_SCHEDULE"


def mode(probe: Probe) -> Finding:
    """Whether anything is written to customers."""
    found = probe.settings.mode
    probe.told["mode"] = found.value
    words = {Mode.LIVE: "live: plans are carried out", Mode.PLAN: "plan: nothing is written to any customer"}
    return Finding("mode", words[found])


def policy(probe: Probe) -> Finding:
    """What the partner decided once."""
    found = probe.settings.policy
    values = {each.name: getattr(found, each.name) for each in fields(found)}
    shown = {name: value for name, value in values.items() if isinstance(value, bool)}
    grace = int(found.grace.total_seconds())
    limits = {each: probe.settings.ceilings.of(each) for each in Ceiling}
    probe.told["policy"] = {
        **shown,
        "grace_seconds": grace,
        **{f"{each.value}_per_hour": limit for each, limit in limits.items()},
    }
    chosen = ", ".join(f"{name} {'yes' if value else 'no'}" for name, value in shown.items())
    # A misspelt setting is read by nobody: who relies on a ceiling has to see it here.
    ceilings = ", ".join(
        f"{each.value.replace('_', ' ')} an hour {'no limit' if limit is None else limit}"
        for each, limit in limits.items()
    )
    return Finding("policy", f"{chosen}, {ceilings}, grace {grace} s")


def sweeper(probe: Probe) -> Finding:
    """The newest round is young: the sweeper starts every longer wait."""
    found, now = last_round(probe.store), probe.machine()
    probe.told["lastSweep"] = found.isoformat() if found is not None else None
    if found is not None and now - found <= LATE_ROUND:
        return Finding("sweeper", f"last round {stamp_to_the_second(found)}")
    if found is None and not _waited_long(probe, LATE_ROUND):
        return Finding("sweeper", "no round yet, and nothing has waited for one; the first is due within minutes")
    cause = f"The last round ended {stamp_to_the_second(found)}" if found is not None else "No round was ever noted"
    consequence = "Offboardings that wait stand still, and what was lost on a queue is not sent again"
    warning = Problem("sweeper", "no_sweep", cause, consequence, LOOK_AT_IT)
    return Finding("sweeper", warnings=(warning,))


def snapshots(probe: Probe) -> Finding:
    """The newest snapshot is young: without one a record that is lost stays lost."""
    place, found, now = probe.settings.snapshots, last_snapshot(probe.store), probe.machine()
    probe.told["lastSnapshot"] = found.isoformat() if found is not None else None
    if found is not None and now - found <= LATE_SNAPSHOT:
        return Finding("snapshots", f"the last one {stamp_to_the_second(found)}")
    cause = f"The last snapshot was taken {stamp_to_the_second(found)}" if found is not None else "None was ever taken"
    todo = "see whether function take_snapshot runs and what it logs, or run python3 dev.py restore --take"
    if not place.container and place.folder is None:
        cause, todo = "No place for snapshots is set", "set OFFBOARDING_SNAPSHOT_CONTAINER; the Bicep makes one"
    elif found is None and not _waited_long(probe, LATE_SNAPSHOT):
        return Finding("snapshots", "none yet: the first is taken within a day of the deployment")
    consequence = "A record that is lost cannot be put back"
    return Finding("snapshots", warnings=(Problem("snapshots", "no_snapshot", cause, consequence, todo),))


def _waited_long(probe: Probe, longest: timedelta) -> bool:
    """Whether a first round is overdue: this process, or the oldest offboarding, has been there for longer. A process
    alone does not tell it, since an app that scales to zero begins anew with each call."""
    if probe.began is not None and probe.machine() - probe.began > longest:
        return True
    oldest = probe.store.find(Filter(limit=1, order=Order.CREATED)).items
    return any(probe.now() - head.created_at > longest for head in oldest)


def backlog(probe: Probe) -> Finding:
    """Nothing is late: no wake-up, no reminder and no message that is owed."""
    store, now, pace = probe.store, probe.now(), probe.settings.pace
    ids = store.due(now, probe.machine(), pace.sweep_grace, COUNTED_AT_MOST)
    late = [stored.offboarding.next_attempt_at for one in ids[:1] if (stored := store.load(one)) is not None]
    oldest = late[0] if late else None
    probe.told["backlog"] = {"late": len(ids), "oldest": oldest.isoformat() if oldest is not None else None}
    if not ids:
        return Finding("backlog", "no offboarding is late")
    least = "at least " if len(ids) >= COUNTED_AT_MOST else ""
    since = f", the oldest since {stamp_to_the_second(oldest)}" if oldest is not None else ""
    text = f"{least}{count_of(len(ids), 'offboarding')} late{since}"
    if oldest is None or now - oldest <= LATE_ROUND:
        return Finding("backlog", text)
    cause = text[0].upper() + text[1:]
    warning = Problem("backlog", "late", cause, "They go on when their stage runs again", LOOK_AT_IT)
    return Finding("backlog", warnings=(warning,))


RUNNING = (
    Check("mode", mode, ""),
    Check("policy", policy, ""),
    Check("sweeper", sweeper, "Whether the sweeper runs is not known", after="store"),
    Check("snapshots", snapshots, "Whether snapshots are taken is not known", after="store"),
    Check("backlog", backlog, "What is late is not known", after="store"),
    Check(CHECK, dead_letters, "What was given up is not known"),
)
