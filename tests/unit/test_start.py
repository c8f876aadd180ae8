"""What the start of the app costs and finds: a new instance imports little, and misses nothing that it will need."""

import json
import pkgutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

import shared
from shared.composition.packages import PACKAGES, require_packages
from tests.unit.test_imports import ROOT, STDLIB, imports

BY_FUNCTIONS = ("azure.functions", "markupsafe")
"""What azure.functions is, and brings by way of Werkzeug."""
LATER = (
    *(name for name in PACKAGES if name not in BY_FUNCTIONS),
    "shared.adapters.entra",
    "shared.adapters.evidence",
    "shared.adapters.graph",
    "shared.adapters.notices",
    "shared.adapters.partner_center",
    "shared.adapters.reservations",
    "shared.adapters.service_bus",
    "shared.adapters.stores",
    "shared.adapters.telemetry",
    "shared.adapters.vault",
    "shared.composition.assembly",
    "shared.composition.doctor",
    "shared.composition.exporting",
    "shared.composition.settings",
    "shared.console",
    "shared.contracts",
    "shared.domain.decisions",
    "shared.domain.holdings",
    "shared.intake",
    "shared.notify",
    "shared.operations",
    "shared.pipeline",
    "shared.ports",
    "shared.report",
    "shared.sheets",
    "shared.upkeep",
)
"""What an entry point imports when it is called. Each of them would slow down the start of every instance."""


def imported_by(code: str) -> set[str]:
    """The modules of a new process that ran `code` in the app's folder."""
    script = f"{code}\nimport json, sys\nprint(json.dumps(sorted(sys.modules)))"
    ran = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return set(json.loads(ran.stdout))


@cache
def at_start() -> frozenset[str]:
    return frozenset(imported_by("import function_app"))


@pytest.mark.long
def test_without_telemetry_nothing_of_it_is_imported_by_the_work_either() -> None:
    """Azure's own SDK looks for OpenTelemetry only where it is told to trace."""
    work = (
        "shared.composition.assembly",
        "shared.adapters.stores.table",
        "shared.pipeline.runner",
        "shared.upkeep.rounds",
    )
    loaded = imported_by("import " + ", ".join((*work, "function_app", "azure.servicebus", "azure.identity")))
    assert "shared.ports.telemetry" in loaded
    assert not [name for name in loaded if name.startswith("opentelemetry.")]
    assert "shared.adapters.telemetry" not in loaded


def test_the_start_imports_every_entry_point() -> None:
    files = {f"functions.{path.stem}" for path in (ROOT / "functions").glob("*.py") if path.stem != "__init__"}
    assert files <= at_start()


@pytest.mark.parametrize("name", LATER)
def test_the_start_imports_nothing_that_a_call_can_import(name: str) -> None:
    found = sorted(module for module in at_start() if module == name or module.startswith(f"{name}."))
    assert not found, f"import it where it is used, in the function: {found[:5]}"


@pytest.mark.long
def test_everything_that_is_deployed_can_be_imported() -> None:
    """What is imported only when it is called is tried here, before any message."""
    names = [
        module.name
        for module in pkgutil.walk_packages(shared.__path__, "shared.")
        if not module.name.endswith("__main__")
    ]
    assert len(names) > 300
    # The SDK's names as well: some are imported in a function only.
    every = (*names, *PACKAGES)
    assert set(every) <= imported_by(f"import importlib\nfor name in {every!r}: importlib.import_module(name)")


@pytest.mark.long
def test_what_the_start_looks_for_is_what_the_app_imports() -> None:
    files = [ROOT / "function_app.py", *(ROOT / "functions").rglob("*.py"), *(ROOT / "shared").rglob("*.py")]
    own = {"shared", "functions"}
    foreign = {name for path in files for name in imports(path) if name.split(".")[0] not in {*STDLIB, *own}}
    covered = {package: [name for name in foreign if f"{name}.".startswith(f"{package}.")] for package in PACKAGES}
    assert all(covered.values()), f"not needed any more: {[name for name, uses in covered.items() if not uses]}"
    assert foreign == {name for uses in covered.values() for name in uses}


def test_every_requirement_is_looked_for() -> None:
    lines = Path(ROOT / "requirements.in").read_text(encoding="utf-8").splitlines()
    named = {line.partition("==")[0].replace("-", ".") for line in lines if line and not line.startswith("#")}
    assert named <= set(PACKAGES)


def test_what_is_not_installed_is_named_and_the_app_has_no_functions() -> None:
    with pytest.raises(ModuleNotFoundError, match=r"not installed: azure\.nothing\.at_all, nothing_at_all\. "):
        require_packages(("requests", "azure.nothing.at_all", "nothing_at_all"))
