"""The doctor of the running app, asked over HTTP: it looks with the app's own identity and settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import requests

from offboard.operate.api import Api
from offboard.operate.failures import UnreachableError
from shared.composition.doctor.probe import Finding
from shared.domain.advice import Problem

PATH = "/api/doctor"
FIELDS = ("check", "code", "cause", "consequence", "action")


def ask(url: str, environment: Mapping[str, str], session: requests.Session | None = None) -> Mapping[str, Any]:
    """What the app found; raises UsageError, RefusedError and UnreachableError."""
    found = Api(url, environment, session).get(PATH).json
    if not isinstance(found, dict) or not isinstance(found.get("checks"), list):
        raise UnreachableError("the answer is not a doctor's, so this is not the pipeline's address; check --url")
    return found


def findings_of(found: Mapping[str, Any]) -> tuple[Finding, ...]:
    """The findings, to be shown like those of this machine; of a newer app's, what is known here."""
    return tuple(_finding(each) for each in found["checks"] if isinstance(each, dict))


def _finding(item: Mapping[str, Any]) -> Finding:
    text, skipped = str(item.get("text", "")), item.get("status") == "skipped"
    return Finding(
        str(item.get("check", "")),
        good="" if skipped else text,
        skipped=text if skipped else "",
        problems=_problems(item.get("problems")),
        warnings=_problems(item.get("warnings")),
    )


def _problems(items: object) -> tuple[Problem, ...]:
    listed = items if isinstance(items, list) else []
    return tuple(Problem(*(str(each.get(name, "")) for name in FIELDS)) for each in listed if isinstance(each, dict))
