"""One line for each check, or one JSON object."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict

from shared.composition.doctor.probe import Finding
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


def as_json(findings: Sequence[Finding], told: Mapping[str, object] | None = None) -> str:
    """For programs: `{"ok": bool, "checks": [{check, status, text, problems[], warnings[]}]}`, and what else the checks
    tell, such as `deadLetters` by queue."""
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
    return json.dumps({"ok": all(finding.ok for finding in findings), "checks": checks, **(told or {})}, indent=2)


def _status(finding: Finding) -> str:
    if finding.skipped:
        return "skipped"
    if finding.problems:
        return "problem"
    return "warning" if finding.warnings else "ok"
