"""Writes that are refused for a time."""

from typing import Any

from local.simulator.scenario.models import RefusalSpec
from local.simulator.tenant.kinds import Write


def refused(
    code: str = "900280", until: str | None = "+P3D", write: Write = Write.ANYTHING, **fields: Any
) -> RefusalSpec:
    """Every such write answers that code until then (None: for good)."""
    return RefusalSpec(code=code, until=until, write=write, **fields)
