"""docs/crm.md shows the samples as they are, and leaves nothing out."""

from __future__ import annotations

import json
import re

import jsonschema

from shared.contracts.field_rules import CODES
from shared.domain.errors import RequestIdReusedError
from shared.stages.accept import LIVE_WITH_OTHER_OPTIONS
from shared.stages.operate import NotResumableError
from tests.e2e.support.languages import SAMPLES
from tests.e2e.support.stack import ROOT

PAGE = ROOT / "docs" / "crm.md"
BLOCK = re.compile(r"^[^\n]*\(\.\./(samples/[^)\n]+)\)[^`]*?:\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
INTERNAL = {"malformed_wake_up", "wrong_queue"}
"""Of messages between the stages, which no CRM sends."""
PROGRAMS = {".py", ".mjs", ".cs", ".java", ".sh"}


def test_the_page_shows_the_samples_as_they_are() -> None:
    text = PAGE.read_text(encoding="utf-8")
    shown = BLOCK.findall(text)
    for name, block in shown:
        assert f"\n{block}" in "\n" + (ROOT / name).read_text(encoding="utf-8"), f"{name} has another text:\n{block}"
    assert len(shown) == text.count("\n```") // 2, "a block does not name its file"
    outside = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    assert not re.findall(r"^ {4}\S.*", outside, re.MULTILINE), "a block that is no file"


def test_the_page_names_every_program() -> None:
    named = set(re.findall(r"\(\.\./(samples/[^)]+\.\w+)\)", PAGE.read_text(encoding="utf-8")))
    programs = {path.relative_to(ROOT).as_posix() for path in SAMPLES.rglob("*") if path.suffix in PROGRAMS}
    assert programs <= named, programs - named
    assert {name for name in named if not (ROOT / name).is_file()} == set()


def test_the_page_leaves_out_no_event_and_no_option() -> None:
    text = PAGE.read_text(encoding="utf-8")
    types = {path.name.removesuffix(".schema.json") for path in (ROOT / "schemas").glob("offboarding.*.schema.json")}
    assert {name for name in types if f"| `{name}` |" not in text} == set()
    schema = json.loads((ROOT / "schemas" / "request.v1.schema.json").read_text(encoding="utf-8"))
    assert {name for name in schema["properties"] if name not in text} == set()


def test_the_page_leaves_out_no_code() -> None:
    """Every code with which a request can be refused is found in the source, and explained in a table of the page."""
    folders = [ROOT / "shared" / "contracts", ROOT / "shared" / "stages", ROOT / "functions"]
    source = "".join(path.read_text(encoding="utf-8") for folder in folders for path in sorted(folder.rglob("*.py")))
    found = {*CODES.values(), "wrong_type", LIVE_WITH_OTHER_OPTIONS, RequestIdReusedError.code, NotResumableError.code}
    found |= set(re.findall(r'(?:InvalidRequestError|_reject)\(\s*"(\w+)"', source)) - INTERNAL
    found |= set(re.findall(r'problem\(\s*4\d\d, "(\w+)"', source))
    found |= set(re.findall(r'return "(\w+)", ', (ROOT / "shared" / "domain" / "resellers.py").read_text("utf-8")))
    assert len(found) > 20, found
    rows = "\n".join(line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("|"))
    assert {code for code in found if f"`{code}`" not in rows} == set()


def test_the_sample_request_fits_the_local_stack() -> None:
    request = json.loads((SAMPLES / "request.json").read_text(encoding="utf-8"))
    jsonschema.validate(request, json.loads((ROOT / "schemas" / "request.v1.schema.json").read_text(encoding="utf-8")))
    scenario = json.loads((ROOT / "local" / "simulator" / "scenarios" / "default.json").read_text(encoding="utf-8"))
    assert (request["customerTenantId"], request["customerDomain"]) in [
        (customer["id"], customer["domain"]) for customer in scenario["customers"]
    ]
