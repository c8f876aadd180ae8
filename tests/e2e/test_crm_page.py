"""docs/crm.md shows the samples as they are, and leaves nothing out."""

from __future__ import annotations

import json
import re

import jsonschema

from shared.contracts.batch import parse_batch
from shared.contracts.problems import STATUSES
from shared.domain.codes import ReasonCode
from shared.domain.explained.customers import CUSTOMERS
from shared.domain.explained.explanation import WhoActs
from shared.domain.explained.reasons import REASONS
from shared.domain.explained.requests import REQUESTS
from tests.e2e.support.languages import SAMPLES
from tests.e2e.support.stack import ROOT

PAGE = ROOT / "docs" / "crm.md"
BLOCK = re.compile(r"^[^\n]*\(\.\./(samples/[^)\n]+)\)[^`]*?:\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PROGRAMS = {".py", ".mjs", ".cs", ".java", ".sh", ".ps1"}


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


def test_the_page_leads_to_every_code_that_its_reader_has_to_act_on() -> None:
    links = set(re.findall(r"\(reference\.md(#[\w-]+)\)", PAGE.read_text(encoding="utf-8")))
    assert links >= {f"#{title}" for title in ("the-request", "the-customer", "problems-over-http", "reasons")}
    mine = {code for code, item in REASONS.items() if item.who is WhoActs.SENDER}
    assert len(mine) > 20
    # Not refused, but stopped or called off: the table of events says what to do.
    told = {ReasonCode.COMMITMENTS_REMAIN, ReasonCode.WITHDRAWN}
    assert mine - told <= {*REQUESTS.reasons, *CUSTOMERS.reasons, *STATUSES}


def test_the_sample_request_fits_the_local_stack() -> None:
    request = json.loads((SAMPLES / "request.json").read_text(encoding="utf-8"))
    jsonschema.validate(request, json.loads((ROOT / "schemas" / "request.v1.schema.json").read_text(encoding="utf-8")))
    batch = json.loads((SAMPLES / "batch.json").read_text(encoding="utf-8"))
    assert parse_batch(json.dumps(batch).encode()).batch_id == "end-of-2026"
    for one in batch["requests"]:
        jsonschema.validate(one, json.loads((ROOT / "schemas" / "request.v1.schema.json").read_text(encoding="utf-8")))
    scenario = json.loads((ROOT / "local" / "simulator" / "scenarios" / "default.json").read_text(encoding="utf-8"))
    assert (request["customerTenantId"], request["customerDomain"]) in [
        (customer["id"], customer["domain"]) for customer in scenario["customers"]
    ]
    domains = {customer["domain"] for customer in scenario["customers"]}
    assert {one["customerDomain"] for one in batch["requests"]} <= domains
