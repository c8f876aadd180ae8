"""The rooms of the house: imports point downward only, and nothing that is deployed needs the local parts."""

import ast
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STDLIB = sys.stdlib_module_names
DOMAIN = ("shared.domain",)
CORE = (*DOMAIN, "shared.ports", "shared.contracts", "shared.pipeline.core")
STEPS = (*CORE, "shared.pipeline.steps")
ALLOWED: dict[str, tuple[str, ...]] = {
    "shared/domain": DOMAIN,
    "shared/ports": (*DOMAIN, "shared.ports"),
    "shared/version.py": (),
    "shared/contracts": (*DOMAIN, "shared.contracts", "shared.version", "pydantic"),
    "shared/adapters": (
        *DOMAIN,
        "shared.ports",
        "shared.adapters",
        "shared.version",
        "pydantic",
        "requests",
        "urllib3",
        "azure.servicebus",
        "azure.data",
        "azure.core",
        "azure.identity",
        "azure.keyvault",
        "azure.storage",
        "rfc8785",
        "msal",
        "cryptography",
        "opentelemetry",
        "azure.monitor",
    ),
    "shared/adapters/telemetry": (
        *DOMAIN,
        "shared.ports",
        "shared.version",
        "shared.adapters.http.correlation",
        "shared.adapters.telemetry",
        "opentelemetry",
        "azure.monitor",
    ),
    # A stage imports no stage, a step no stage, and core neither.
    "shared/pipeline/core": (*CORE, "shared.version"),
    "shared/pipeline/steps": STEPS,
    "shared/pipeline/stages": STEPS,
    "shared/pipeline/transition.py": CORE,
    "shared/pipeline/may_act.py": CORE,
    "shared/pipeline/watched.py": (*CORE, "shared.pipeline.may_act"),
    "shared/pipeline/runner.py": (*CORE, "shared.pipeline"),
    "shared/operations": (*CORE, "shared.pipeline", "shared.operations"),
    "shared/intake": (*CORE, "shared.pipeline", "shared.operations", "shared.intake"),
    "shared/upkeep": (*CORE, "shared.pipeline", "shared.operations", "shared.intake", "shared.upkeep"),
    "shared/report": (
        *CORE,
        "shared.operations.list_query",
        "shared.operations.show",
        "shared.report",
        "jinja2",
        "markupsafe",
        "icalendar",
    ),
    "shared/sheets": (*DOMAIN, "shared.contracts", "shared.report.cells", "shared.sheets", "openpyxl"),
    "shared/console": (
        *CORE,
        "shared.pipeline",
        "shared.operations",
        "shared.intake",
        "shared.upkeep",
        "shared.report",
        "shared.sheets",
        "shared.console",
        "jinja2",
        "markupsafe",
    ),
    # Copies are of what is stored, as it is stored.
    "shared/snapshots": (
        *CORE,
        "shared.pipeline.steps.restored",
        "shared.adapters.stores",
        "shared.adapters.brakes",
        "shared.version",
        "shared.snapshots",
        "pydantic",
    ),
    "shared/notify": (*DOMAIN, "shared.ports", "shared.contracts", "shared.version", "shared.notify", "pydantic"),
    # Settings say what can be set; who uses it is not their business.
    "shared/composition/authentication.py": (),
    "shared/composition/packages.py": (),
    "shared/composition/settings": (
        *DOMAIN,
        "shared.ports",
        "shared.contracts",
        "shared.adapters",
        "shared.composition.authentication",
        "shared.composition.settings",
    ),
    "shared/composition": (
        "shared",
        "pydantic",
        "azure.core",
        "azure.servicebus",
        "azure.data",
        "azure.identity",
        "requests",
    ),
    # Azure: to find out whether somebody is signed in, and to read what a setting refers to.
    "offboard": (
        "shared",
        "offboard",
        "cryptography",
        "requests",
        "typer",
        "rich",
        "openpyxl",
        "azure.core",
        "azure.identity",
        "azure.keyvault",
    ),
    # Whoever checks evidence has nothing else of ours.
    "offboard/verify_evidence.py": ("cryptography",),
    "functions": ("shared", "functions", "azure.functions"),
    "function_app.py": ("functions", "shared.composition", "azure.functions"),
    "local/http_shell": ("local.http_shell",),
    "local/broker": ("local.broker", "local.http_shell"),
    "local/sink": ("local.sink", "local.http_shell"),
    "local/simulator": (
        "local.simulator",
        "local.http_shell",
        "pydantic",
        "werkzeug",
        "requests",
        "jwt",
        "cryptography",
    ),
    "local/host": (
        "local.host",
        "local.http_shell",
        "pydantic",
        "azure.functions",
        "azure.servicebus",
        "azure.core",
        "werkzeug",
        "jwt",
    ),
    "dev.py": (),
}


@cache
def imports(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return frozenset(found)


def code(place: Path) -> list[Path]:
    """The modules of a room, without the tests that stand beside a local tool."""
    return [path for path in sorted(place.rglob("*.py")) if "tests" not in path.relative_to(place).parts]


@pytest.mark.parametrize("room", ALLOWED)
def test_a_room_imports_only_what_is_below_it(room: str) -> None:
    place = ROOT / room
    for path in [place] if place.is_file() else code(place):
        for name in imports(path):
            inside = any(name == prefix or name.startswith(f"{prefix}.") for prefix in ALLOWED[room])
            assert inside or name.split(".")[0] in STDLIB, f"{path.relative_to(ROOT)} imports {name}"


def test_deployed_code_knows_nothing_of_the_command_the_local_parts_or_tests() -> None:
    for path in [ROOT / "function_app.py", *(ROOT / "functions").rglob("*.py"), *(ROOT / "shared").rglob("*.py")]:
        assert not {name.split(".")[0] for name in imports(path)} & {"offboard", "local", "tests", "tools"}, path


LOCAL = sorted(
    path.relative_to(ROOT).as_posix() for path in (ROOT / "local").iterdir() if (path / "__init__.py").exists()
)


@pytest.mark.long
@pytest.mark.parametrize("tool", LOCAL)
def test_no_local_tool_needs_the_tests_of_the_application(tool: str) -> None:
    """Its own tests stand beside it, and need nothing of `tests/` either; its code needs no tests at all."""
    for path in sorted((ROOT / tool).rglob("*.py")):
        assert not {name for name in imports(path) if name.split(".")[0] == "tests"}, path
    for path in code(ROOT / tool):
        assert not {name for name in imports(path) if ".tests." in f"{name}."}, path


@pytest.mark.long
@pytest.mark.parametrize("tool", ["local/broker", "local/host", "local/http_shell", "local/simulator", "local/sink"])
def test_what_stands_in_for_azure_knows_nothing_of_the_application(tool: str) -> None:
    """Not even in its tests: each of them can be used, read and tested without the rest."""
    for path in sorted((ROOT / tool).rglob("*.py")):
        assert not {name.split(".")[0] for name in imports(path)} & {"shared", "functions", "function_app"}, path
