"""docs/operations.md: what somebody types at night exists, and what a restore answers is on the page in its words."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess

import pytest
from typer.main import get_command

from offboard.__main__ import made
from offboard.restore.__main__ import _parser
from shared.domain.codes import ReasonCode
from tests.unit.repository.locks import ROOT

PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
OUTPUTS = set(re.findall(r"^output (\w+)", (ROOT / "infra" / "main.bicep").read_text(encoding="utf-8"), re.MULTILINE))
BY_HAND = ("docs/operations.md", "docs/runbook.md", "docs/security.md", "docs/notifications.md", "infra/README.md")
TYPED = [line.split(" #")[0] for line in PAGE.splitlines() if line.startswith("    ")]
SPEAKING = ("shared/snapshots", "shared/adapters/evidence", "offboard/restore")
RESTORE = PAGE[PAGE.index("## Restore") : PAGE.index("## Upgrade and roll back")]


def part(line: str, program: str) -> list[str]:
    """The words behind a program, up to what a shell makes of the rest."""
    behind = re.split(r" && |[;|]", line.partition(program)[2])[0]
    return shlex.split(behind.replace("<", "").replace(">", ""))


def test_a_restore_is_typed_as_it_is_understood() -> None:
    lines = [line for line in TYPED if "dev.py restore " in line]
    assert len(lines) >= 6
    for line in lines:
        _parser().parse_args(part(line, "dev.py restore "))


def test_commands_and_their_options_exist() -> None:
    known = get_command(made()).commands  # type: ignore[attr-defined]  # a group has them
    lines = [line for line in TYPED if re.search(r"(^|&& )\s*offboard ", line)]
    assert len(lines) > 15
    for line in lines:
        for each in line.split(" && "):
            if not each.strip().startswith("offboard "):
                continue
            name, *rest = part(each, "offboard ")
            options = {option for parameter in known[name].params for option in parameter.opts}
            passes_on = known[name].context_settings.get("ignore_unknown_options")
            assert passes_on or {word.split("=")[0] for word in rest if word.startswith("--")} <= options, line


@pytest.mark.parametrize("page", BY_HAND)
def test_what_is_to_be_filled_in_is_told_by_the_deployment(page: str) -> None:
    named = set(re.findall(r"<(AZURE_\w+)>", (ROOT / page).read_text(encoding="utf-8")))
    assert named <= OUTPUTS


def test_the_reasons_of_a_restore_are_on_the_page() -> None:
    for code in (ReasonCode.RECORD_RESTORED, ReasonCode.RECORD_UNSIGNED, ReasonCode.RECORD_DIFFERS):
        assert f"`{code.value}`" in RESTORE


def test_what_a_restore_says_is_said_in_its_words() -> None:
    """Whoever was refused looks for the words on the screen."""
    spoken = " ".join(
        re.sub(r'"\s*\n\s*f?"', "", path.read_text(encoding="utf-8"))
        for place in SPEAKING
        for path in sorted((ROOT / place).rglob("*.py"))
    )
    rows = re.findall(r"^\| (`[^|]+) \|", RESTORE, re.MULTILINE)
    said = [text for row in rows for text in re.findall(r"`([^`]+)`", row)]
    assert len(said) >= 9
    codes = {code.value for code in ReasonCode}
    for text in said:
        fragments = [piece.strip(" ,") for piece in re.split(r"…|Key Vault", text)]
        assert text in codes or all(piece in spoken for piece in fragments), text


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
def test_each_block_is_bash() -> None:
    """Not run: it would need Azure. A quote that is missing shows all the same."""
    blocks = re.findall(r"(?:^ {4,}\S.*\n(?:^\s*\n(?=^ {4}))?)+", PAGE, re.MULTILINE)
    commands = [
        block for block in blocks if re.match(r"\s*(?:az|azd|git|python3|offboard|export|curl|[A-Z_]+=)", block)
    ]
    assert len(commands) > 15
    for block in commands:
        typed = re.sub(r"<[a-zA-Z][^<>\n]*>", "X", block)
        done = subprocess.run(["bash", "-n"], input=typed, capture_output=True, text=True, check=False)
        assert not done.stderr, f"{block}\n{done.stderr}"
