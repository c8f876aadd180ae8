"""The doctor for whoever asks the running app: the same checks in bounded time, and what only the app is asked."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

from shared.composition.doctor.checks import CHECKS, run_checks
from shared.composition.doctor.probe import Probe
from shared.composition.doctor.report import as_json
from shared.composition.doctor.running import RUNNING
from shared.domain.errors import UnavailableError

LONGEST = 60.0
"""Seconds after which no further check begins; Azure's front end ends a call after 230 s."""
APP_CHECKS = (*CHECKS, *RUNNING)
_one_at_a_time = threading.Lock()


def look(probe: Callable[[], Probe], monotonic: Callable[[], float]) -> str:
    """What was found, as JSON; one look at a time in a process, since each opens a link to every queue.

    Raises UnavailableError while another look is under way, SettingsError with every problem.
    """
    if not _one_at_a_time.acquire(blocking=False):
        raise UnavailableError("another look at everything is under way; its answer is as good", service="doctor")
    try:
        began, patient = monotonic(), probe()
        # A third of a claim: functionTimeout, which ends before one, may be short.
        ends = began + min(LONGEST, patient.settings.pace.claim / timedelta(seconds=3))
        findings = run_checks(APP_CHECKS, patient, lambda: monotonic() < ends)
        return as_json(findings, patient.told)
    finally:
        _one_at_a_time.release()
