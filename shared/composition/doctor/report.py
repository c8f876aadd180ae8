"""One line for each check, or one JSON object."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict

from shared.composition.doctor.probe import Finding


def lines(findings: Sequence[Finding]) -> str:
    """For people: ok, WARNING, PROBLEM or skipped."""
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
    return "\n".join(shown)


def as_json(findings: Sequence[Finding], letters: Mapping[str, int] | None = None) -> str:
    """For programs: `{"ok": bool, "checks": [{check, status, text, problems[], warnings[]}]}`, and `deadLetters` by
    queue where somebody counted them."""
    checks = [
        {
            "check": finding.check,
            "status": _status(finding),
            "text": finding.skipped or finding.good,
            "problems": [asdict(problem) for problem in finding.problems],
            "warnings": [asdict(warning) for warning in finding.warnings],
        }
        for finding in findings
    ]
    counted = {} if letters is None else {"deadLetters": dict(letters)}
    return json.dumps({"ok": all(finding.ok for finding in findings), "checks": checks, **counted}, indent=2)


def _status(finding: Finding) -> str:
    if finding.skipped:
        return "skipped"
    if finding.problems:
        return "problem"
    return "warning" if finding.warnings else "ok"
