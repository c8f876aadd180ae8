"""One line for each check, or one JSON object."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Literal

from pydantic import JsonValue

from shared.composition.doctor.probe import Finding
from shared.contracts.base import UtcTime, WireModel
from shared.domain.advice import Problem
from shared.domain.wording import plain


def lines(findings: Sequence[Finding]) -> str:
    """For people: ok, WARNING, PROBLEM or skipped. Names and answers of others stay text."""
    width = max(len(finding.check) for finding in findings)
    shown = []
    for finding in findings:
        name = finding.check.ljust(width)
        if finding.skipped:
            shown.append(f"-        {name}  {finding.skipped}")
        elif finding.ok and not finding.warnings:
            shown.append(f"ok       {name}  {finding.good}")
        shown += [f"WARNING  {name}  [{warning.code}] {warning.text}" for warning in finding.warnings]
        shown += [f"PROBLEM  {name}  [{problem.code}] {problem.text}" for problem in finding.problems]
    return "\n".join(plain(line) for line in shown)


class TroubleView(WireModel):
    """What keeps the pipeline from working: cause, consequence, what to do. `code` is Microsoft's or ours."""

    check: str
    code: str
    cause: str
    consequence: str
    action: str


class CheckView(WireModel):
    """One check and what it found."""

    check: str
    status: Literal["ok", "warning", "problem", "skipped"]
    text: str
    problems: tuple[TroubleView, ...]
    warnings: tuple[TroubleView, ...]


class BacklogView(WireModel):
    """Offboardings that are late, and since when the oldest of them is."""

    late: int
    oldest: UtcTime | None = None


class DoctorView(WireModel):
    """All checks, and what the running app tells beside them; `deadLetters` by queue where somebody counted them."""

    ok: bool
    checks: tuple[CheckView, ...]
    dead_letters: dict[str, int] | None = None
    mode: str | None = None
    policy: dict[str, JsonValue] | None = None
    backlog: BacklogView | None = None
    last_sweep: UtcTime | None = None
    last_snapshot: UtcTime | None = None
    last_renewal: UtcTime | None = None


def as_json(findings: Sequence[Finding], told: Mapping[str, object] | None = None) -> str:
    """For programs: a DoctorView; `told` is what else the checks tell, by the names of its fields."""
    checks = tuple(
        CheckView(
            check=finding.check,
            status=_status(finding),
            text=finding.skipped or finding.good,
            problems=_shown(finding.problems),
            warnings=_shown(finding.warnings),
        )
        for finding in findings
    )
    shown = {
        "ok": all(finding.ok for finding in findings),
        "checks": [item.model_dump() for item in checks],
        **(told or {}),
    }
    view = DoctorView.model_validate_json(json.dumps(shown), by_alias=True, by_name=True)
    return view.model_dump_json(by_alias=True, exclude_none=True, indent=2)


def _shown(problems: Sequence[Problem]) -> tuple[TroubleView, ...]:
    return tuple(TroubleView(**asdict(problem)) for problem in problems)


def _status(finding: Finding) -> Literal["ok", "warning", "problem", "skipped"]:
    if finding.skipped:
        return "skipped"
    if finding.problems:
        return "problem"
    return "warning" if finding.warnings else "ok"
