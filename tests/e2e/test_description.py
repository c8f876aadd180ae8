"""The running stack keeps to its OpenAPI document, with whatever the document allows and whatever it forbids.

schemathesis makes the calls up, the same ones each time. What it is told of this interface is in support/described.py.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.support.api import Api
from tests.e2e.support.scenario import small, write_scenario
from tests.e2e.support.stack import ROOT, Addresses, LocalStack
from tests.e2e.support.tenant import Tenant

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(400)]

DOCUMENT = ROOT / "schemas" / "openapi.json"
NAMES = ("One", "Two", "Three")
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "missing_required_header",
    "nobody_is_let_in",
)
EACH = 15
"""Made-up calls of each operation, beside those that cover its parameters one by one."""
DEARER = "/api/doctor"
"""Opens a link to every queue at each call, one at a time: one call of it fits into the tests of people."""
CONFIGURATION = "[checks.missing_required_header]\nexpected-statuses = [401, 403, 422, 428]\n"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Addresses]:
    """A stack of its own: made-up calls hold its kill switch, too."""
    folder = tmp_path_factory.mktemp("described")
    stack, found = LocalStack.start(folder / "data", write_scenario(folder / "scenario.json", *map(small, NAMES)))
    yield found
    stack.kill()


def waiting_ones(stack: Addresses) -> list[dict[str, Any]]:
    """Offboardings that can be called off, put off and decided about, one of each customer."""
    shown = []
    for name in NAMES:
        customer = Tenant(stack).customer(name)
        asked = {
            "version": "1",
            "requestId": f"described-{name}",
            "customerTenantId": customer["id"],
            "customerDomain": customer["domain"],
            "requestedBy": "tests",
            "reason": "described",
            "notBefore": "2028-01-01T00:00:00Z",
        }
        answer = Api(stack).ask(asked)
        assert answer.status_code == 202, answer.text
        shown.append(answer.json())
    return shown


def test_the_running_stack_keeps_to_its_document(stack: Addresses, tmp_path: Path) -> None:
    configuration = tmp_path / "schemathesis.toml"
    configuration.write_text(CONFIGURATION, encoding="utf-8")
    person = stack.people["all"]
    environment = os.environ | {
        "SCHEMATHESIS_HOOKS": "tests.e2e.support.described",
        "DESCRIBED_IDS": ",".join(one["offboardingId"] for one in waiting_ones(stack)),
        "DESCRIBED_TOKEN": person.token,
        "PYTHONPATH": str(ROOT),
    }
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(configuration)),
        *("run", str(DOCUMENT), "--url", stack.http, "-H", f"Authorization: {person.header['Authorization']}"),
        *("--exclude-path", DEARER, "--checks", ",".join(CHECKS), "--phases", "coverage,fuzzing"),
        *("--max-examples", str(EACH), "--seed", "1", "--continue-on-failure", "--no-color"),
    ]
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=360
    )
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-2_000:]
    document = json.loads(DOCUMENT.read_text(encoding="utf-8"))
    operations = sum(len(methods) for methods in document["paths"].values())
    assert f"{operations - 1} selected / {operations} total" in done.stdout, done.stdout
