"""The workflows as data, and what each job may do beyond reading the repository."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from tests.unit.repository.locks import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
READS = {"contents": "read"}
SIGNS = {"attestations": "write", "id-token": "write"}
ALLOWED: dict[tuple[str, str], dict[str, str]] = {
    ("ci", "everything"): READS,
    ("ci", "requirements"): READS,
    ("codeql", "analyse"): {"actions": "read", **READS, "security-events": "write"},
    ("dependencies", "review"): READS,
    ("deploy", "package"): {**READS, **SIGNS},
    ("deploy", "deploy"): {"attestations": "read", **READS, "id-token": "write"},
    ("infra", "bicep"): READS,
    ("infra", "what-if"): {**READS, "id-token": "write"},
    ("package", "build"): READS,
    ("package", "attest"): SIGNS,
}
"""Whoever adds a job, or gives one another right, says so here."""


def read(path: Path) -> dict[str, Any]:
    """A workflow; YAML takes its key `on` for a truth."""
    found: dict[Any, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {"on" if name is True else str(name): value for name, value in found.items()}


def named(name: str) -> dict[str, Any]:
    """The workflow of this file, without .yml."""
    return read(ROOT / ".github" / "workflows" / f"{name}.yml")


def jobs() -> list[tuple[str, str, dict[str, Any]]]:
    """Every job, with the names of its workflow and its own."""
    return [(path.stem, name, job) for path in WORKFLOWS for name, job in read(path)["jobs"].items()]


def steps(workflow: dict[str, Any]) -> list[dict[str, Any]]:
    """Of all its jobs."""
    return [step for job in workflow["jobs"].values() for step in job.get("steps", [])]


def uses(job: dict[str, Any], action: str) -> list[dict[str, Any]]:
    """Its steps that use this action."""
    return [step for step in job.get("steps", []) if step.get("uses", "").startswith(f"{action}@")]
