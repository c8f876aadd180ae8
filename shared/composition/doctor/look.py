"""The doctor for whoever asks the running app: the same checks in bounded time, and what only the app is asked."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import timedelta

from shared.composition.doctor.checks import CHECKS, run_checks
from shared.composition.doctor.probe import Finding, Probe
from shared.composition.doctor.report import as_json
from shared.composition.doctor.running import RUNNING
from shared.domain.errors import UnavailableError

log = logging.getLogger("offboarding")
LONGEST = 60.0
"""Seconds after which no further check begins; Azure's front end ends a call after 230 s."""
APP_CHECKS = (*CHECKS, *RUNNING)
_one_at_a_time = threading.Lock()


def look(probe: Callable[[], Probe], monotonic: Callable[[], float]) -> str:
    """What was found, as JSON; one look at a time in a process, since each opens a link to every queue.

    Raises UnavailableError while another look is under way, SettingsError with every problem.
    """
    findings, patient = _examined(probe, monotonic)
    return as_json(findings, patient.told)


def look_and_tell(probe: Callable[[], Probe], monotonic: Callable[[], float]) -> None:
    """The same for the log, where an alert reads it: a line for each problem, and one that a look took place.

    Warnings are only counted: each of them is somebody's choice, or has an alert of its own.
    """
    try:
        findings, _ = _examined(probe, monotonic)
    except UnavailableError as error:
        log.info("%s", error)
        return
    problems = [problem for finding in findings for problem in finding.problems]
    for problem in problems:
        log.warning("the doctor found a problem: %s [%s] %s", problem.check, problem.code, problem.cause)
    warnings = sum(len(finding.warnings) for finding in findings)
    log.info("the doctor looked: %d problem(s), %d warning(s)", len(problems), warnings)


def _examined(probe: Callable[[], Probe], monotonic: Callable[[], float]) -> tuple[tuple[Finding, ...], Probe]:
    if not _one_at_a_time.acquire(blocking=False):
        raise UnavailableError("another look at everything is under way; its answer is as good", service="doctor")
    try:
        began, patient = monotonic(), probe()
        # A third of a claim: functionTimeout, which ends before one, may be short.
        ends = began + min(LONGEST, patient.settings.pace.claim / timedelta(seconds=3))
        return run_checks(APP_CHECKS, patient, lambda: monotonic() < ends), patient
    finally:
        _one_at_a_time.release()
