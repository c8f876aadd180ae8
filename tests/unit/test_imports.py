"""The rooms of the house: imports point downward only, and nothing that is deployed needs the local parts."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STDLIB = sys.stdlib_module_names
ALLOWED: dict[str, tuple[str, ...]] = {
    "shared/domain": ("shared.domain",),
    "shared/ports": ("shared.domain", "shared.ports"),
    "shared/contracts": ("shared.domain", "shared.contracts", "pydantic"),
    "shared/stages": ("shared.domain", "shared.ports", "shared.contracts", "shared.stages"),
    "shared/adapters": (
        "shared.domain",
        "shared.ports",
        "shared.adapters",
        "pydantic",
        "requests",
        "urllib3",
        "azure.servicebus",
        "azure.data",
        "azure.core",
        "azure.identity",
        "azure.keyvault",
        "msal",
        "cryptography",
    ),
    "shared/settings": ("shared.domain", "shared.ports", "shared.adapters", "shared.stages", "shared.settings"),
    "shared/doctor": ("shared", "azure.core", "azure.servicebus"),
    "shared/consent": ("shared",),
    "functions": ("shared", "functions", "azure.functions"),
    "function_app.py": ("functions", "azure.functions"),
    "local/broker": ("local.broker",),
    "local/key_vault": ("local.key_vault", "requests"),
    "local/simulator": ("local.simulator", "pydantic", "werkzeug", "requests", "jwt", "cryptography"),
    "local/host": ("local.host", "pydantic", "azure.functions", "azure.servicebus", "azure.core", "werkzeug"),
    "dev.py": (),
}


def imports(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


@pytest.mark.parametrize("room", ALLOWED)
def test_a_room_imports_only_what_is_below_it(room: str) -> None:
    place = ROOT / room
    for path in [place] if place.is_file() else sorted(place.rglob("*.py")):
        for name in imports(path):
            inside = any(name == prefix or name.startswith(f"{prefix}.") for prefix in ALLOWED[room])
            assert inside or name.split(".")[0] in STDLIB, f"{path.relative_to(ROOT)} imports {name}"


def test_deployed_code_knows_nothing_of_local_or_tests() -> None:
    for path in [ROOT / "function_app.py", *(ROOT / "functions").rglob("*.py"), *(ROOT / "shared").rglob("*.py")]:
        assert not {name.split(".")[0] for name in imports(path)} & {"local", "tests"}, path
