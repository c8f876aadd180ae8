"""When the sweeper last ended a round: for the doctor, since nothing else shows a timer that does not run. The first
round of an hour also tells what waits for a person."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

from shared.domain.errors import ConcurrencyConflictError, UnavailableError
from shared.pipeline.core.services import Services
from shared.ports.store import OffboardingStore, SharedRow
from shared.upkeep.fleet import WATCH
from shared.upkeep.sweep import sweep
from shared.upkeep.unattended import tell_what_waits

log = logging.getLogger("offboarding")
ROW = "last-sweep"


def sweep_round(services: Services) -> None:
    """One round, and a note that it ended (machine time). A round whose note is lost was a round all the same."""
    sweep(services)
    WATCH.look(services)
    try:
        row, now = services.store.shared_row(ROW), services.clock.machine()
        if _hour(_moment(row)) != _hour(now):
            tell_what_waits(services)
        services.store.put_shared_row(ROW, now.isoformat(), row.etag if row else None)
    except ConcurrencyConflictError:
        log.info("another round ended at the same moment")
    except UnavailableError as error:
        log.warning("the end of this round could not be noted: %s", error)


def last_round(store: OffboardingStore) -> datetime | None:
    """When the newest round ended (aware UTC, machine time); None where none did, or nobody can read the note."""
    return _moment(store.shared_row(ROW))


def _moment(row: SharedRow | None) -> datetime | None:
    try:
        return datetime.fromisoformat(row.text).astimezone(UTC) if row is not None else None
    except ValueError:
        return None


def _hour(moment: datetime | None) -> datetime | None:
    return moment.replace(minute=0, second=0, microsecond=0) if moment is not None else None
