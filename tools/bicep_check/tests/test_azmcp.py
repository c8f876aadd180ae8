"""The conversation with azmcp, held by a program of our own that answers as told."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tools.bicep_check.azure.azmcp import Azmcp, AzmcpError
from tools.bicep_check.azure.resource_types import Lack, ResourceType

TYPE = "Contoso.Things/things"
PROGRAM = """#!{python}
import json, sys
for line in sys.stdin:
    message = json.loads(line)
    if message["method"] == "initialize":
        print(json.dumps({{"jsonrpc": "2.0", "id": message["id"], "result": {{}}}}), flush=True)
    elif message["method"] == "tools/call":
        assert message["params"] == {{"name": "bicepschema_get", "arguments": {{"resource-type": "{type}"}}}}
        print(json.dumps({{"jsonrpc": "2.0", "method": "notifications/message"}}), flush=True)
        answer = {answer!r}
        if answer is None:
            sys.exit(1)
        result = {{"content": [{{"type": "text", "text": answer}}]}}
        print(json.dumps({{"jsonrpc": "2.0", "id": message["id"], "result": result}}), flush=True)
"""


def asked(folder: Path, answer: dict[str, Any] | str | None) -> ResourceType | Lack:
    """Ask a program that gives this answer; None lets it end instead."""
    text = json.dumps(answer) if isinstance(answer, dict) else answer
    program = folder / "azmcp"
    program.write_text(PROGRAM.format(python=sys.executable, type=TYPE, answer=text), encoding="utf-8")
    program.chmod(0o755)
    with Azmcp(program) as running:
        return running.find(TYPE)


def described(kind: str) -> dict[str, Any]:
    body = {"$type": "Object", "name": TYPE, "properties": [{"name": "name", "type": "string", "flags": "Required"}]}
    row = {"$type": kind, "name": f"{TYPE}@2024-01-01", "writableScopes": "ResourceGroup", "bodyType": body}
    return {"status": 200, "message": "Success", "results": {"BicepSchemaResult": [row]}}


def test_a_description(tmp_path: Path) -> None:
    found = asked(tmp_path, described("Resource"))
    assert isinstance(found, ResourceType)
    assert (found.version, found.scopes) == ("2024-01-01", "ResourceGroup")


def test_a_description_without_the_resource(tmp_path: Path) -> None:
    assert asked(tmp_path, described("ResourceInstanceFunction")) is Lack.NOT_DESCRIBED


@pytest.mark.parametrize(
    ("message", "lack"),
    [
        ("Resource type Contoso.Things/things not found.", Lack.NO_SUCH_TYPE),
        ("Resource type Contoso.Things/things with apiVersion 2016-09-01 not supported", Lack.NOT_DESCRIBED),
    ],
)
def test_no_description(message: str, lack: Lack, tmp_path: Path) -> None:
    assert asked(tmp_path, {"status": 500, "message": message, "results": {}}) is lack


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ({"status": 500, "message": "out of memory"}, f"azmcp does not describe {TYPE}: out of memory"),
        ({"status": 200, "results": {}}, f"azmcp described {TYPE} in a form that is not known here"),
        ("no JSON", f"azmcp described {TYPE} in a form that is not known here"),
        (None, "before it answered tools/call"),
    ],
)
def test_the_check_stops_at_any_other_answer(
    answer: dict[str, Any] | str | None, sentence: str, tmp_path: Path
) -> None:
    with pytest.raises(AzmcpError, match=sentence):
        asked(tmp_path, answer)


def test_a_program_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(AzmcpError, match="cannot be started: No such file"):
        Azmcp(tmp_path / "azmcp")


def test_the_real_program_tells_what_exists(azmcp: Azmcp) -> None:
    assert isinstance(azmcp.find("Microsoft.KeyVault/vaults"), ResourceType)
    assert azmcp.find("Microsoft.KeyVault/vaultz") is Lack.NO_SUCH_TYPE
