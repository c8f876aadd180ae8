"""When the sweeper last ended a round: for the doctor, since nothing else shows a timer that does not run."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

from shared.domain.errors import ConcurrencyConflictError, UnavailableError
from shared.pipeline.core.services import Services
from shared.ports.store import OffboardingStore
from shared.upkeep.fleet import WATCH
from shared.upkeep.sweep import sweep

log = logging.getLogger("offboarding")
ROW = "last-sweep"


def sweep_round(services: Services) -> None:
    """One round, and a note that it ended (machine time). A round whose note is lost was a round all the same."""
    sweep(services)
    WATCH.look(services)
    try:
        row = services.store.shared_row(ROW)
        services.store.put_shared_row(ROW, services.clock.machine().isoformat(), row.etag if row else None)
    except ConcurrencyConflictError:
        log.info("another round ended at the same moment")
    except UnavailableError as error:
        log.warning("the end of this round could not be noted: %s", error)


def last_round(store: OffboardingStore) -> datetime | None:
    """When the newest round ended (aware UTC, machine time); None where none did, or nobody can read the note."""
    row = store.shared_row(ROW)
    try:
        return datetime.fromisoformat(row.text).astimezone(UTC) if row is not None else None
    except ValueError:
        return None
