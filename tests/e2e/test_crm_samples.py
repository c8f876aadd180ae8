"""The samples do what docs/crm.md says, in every language that is at hand; the page shows them as they are.

Not at hand is reported as skipped. OFFBOARDING_NODE_MODULES names a folder in which `npm install` of
samples/javascript was run; OFFBOARDING_JARS one with the jars of samples/java/pom.xml and of what they need;
OFFBOARDING_NUGET a package folder that `dotnet restore` filled. Nothing is downloaded here.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from azure.servicebus import ServiceBusClient, ServiceBusMessage, ServiceBusSubQueue

from tests.e2e.support.scenario import small, write_scenario
from tests.e2e.support.stack import ROOT, Addresses, LocalStack
from tests.e2e.support.tenant import Tenant

pytestmark = pytest.mark.e2e

SAMPLES, PAGE = ROOT / "samples", ROOT / "docs" / "crm.md"
BLOCK = re.compile(r"^[^\n]*\(\.\./(samples/[^)\n]+)\)[^`]*?:\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PROGRAMS = {".py", ".mjs", ".cs", ".java"}
LIMIT = 60
OUTCOME = "offboarding.removed.v1"

Run = Callable[..., "subprocess.CompletedProcess[str]"]


def _node_modules() -> Path | None:
    given = os.environ.get("OFFBOARDING_NODE_MODULES")
    places = [Path(given).resolve() / "node_modules", Path(given).resolve()] if given else []
    return next((place for place in places if (place / "@azure" / "service-bus").is_dir()), None)


def _javac_version() -> int:
    if shutil.which("javac") is None:
        return 0
    shown = subprocess.run(["javac", "-version"], capture_output=True, text=True, check=False, timeout=LIMIT)
    found = re.search(r"javac (\d+)", shown.stdout + shown.stderr)
    return int(found[1]) if found else 0


NODE_MODULES = _node_modules()
NEEDS_NODE = pytest.mark.skipif(
    shutil.which("node") is None or NODE_MODULES is None,
    reason="node, or OFFBOARDING_NODE_MODULES with @azure/service-bus, is not at hand",
)
LANGUAGES = ["python", pytest.param("javascript", marks=NEEDS_NODE)]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Addresses]:
    """A stack of their own: the samples complete every event of subscription crm."""
    folder = tmp_path_factory.mktemp("crm")
    customers = [small(f"{language} {way}") for language in ("python", "javascript") for way in ("queue", "http")]
    stack, found = LocalStack.start(folder / "data", write_scenario(folder / "scenario.json", *customers))
    yield found
    stack.kill()


@pytest.fixture
def run(language: str, stack: Addresses, tmp_path: Path) -> Run:
    """Runs a sample of the language in a folder of its own."""
    found = {"SERVICEBUS": stack.servicebus, "OFFBOARDING_URL": stack.http, "OFFBOARDING_KEY": stack.key}
    environment = {name: value for name, value in os.environ.items() if name != "SERVICEBUS_NAMESPACE"} | found
    command, folder, ending = [sys.executable], SAMPLES / "python", "py"
    if language == "javascript":
        command, folder, ending = ["node"], tmp_path, "mjs"
        _install_javascript(folder)

    def sample(name: str, *arguments: object) -> subprocess.CompletedProcess[str]:
        whole = [*command, str(folder / f"{name}.{ending}"), *map(str, arguments)]
        return subprocess.run(
            whole, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=LIMIT, check=False
        )

    return sample


def _install_javascript(folder: Path) -> None:
    """Modules are found beside the program only, so the programs go where a link to the modules can be."""
    for program in (SAMPLES / "javascript").iterdir():
        shutil.copy(program, folder)
    assert NODE_MODULES is not None
    try:
        (folder / "node_modules").symlink_to(NODE_MODULES, target_is_directory=True)
    except OSError as error:
        pytest.skip(f"no symbolic link can be made here: {error}")


def _write_request(folder: Path, stack: Addresses, name: str, **fields: Any) -> Path:
    customer = Tenant(stack).customer(name)
    request = json.loads((SAMPLES / "request.json").read_text(encoding="utf-8")) | {
        "requestId": name.replace(" ", "-"),
        "customerTenantId": customer["id"],
        "customerDomain": customer["domain"],
    }
    path = folder / "request.json"
    path.write_text(json.dumps(request | fields), encoding="utf-8")
    return path


def _publish(stack: Addresses, *bodies: str) -> None:
    """Events under new message ids, so that the topic takes repetitions for new messages."""
    client = ServiceBusClient.from_connection_string(stack.servicebus)
    with client, client.get_topic_sender("offboarding-events") as sender:
        sender.send_messages([ServiceBusMessage(body) for body in bodies])


def _lying(stack: Addresses, part: ServiceBusSubQueue | None = None) -> list[str]:
    """What subscription crm, or its dead-letter queue, still holds, locked messages too."""
    client = ServiceBusClient.from_connection_string(stack.servicebus)
    with client, client.get_subscription_receiver("offboarding-events", "crm", sub_queue=part) as receiver:
        return [str(message) for message in receiver.peek_messages(max_message_count=250)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_send_and_follow(language: str, run: Run, stack: Addresses, tmp_path: Path) -> None:
    request = _write_request(tmp_path, stack, f"{language} queue")
    for _ in range(2):
        sent = run("send_request", request)
        assert (sent.returncode, sent.stdout) == (0, f"sent {language}-queue\n"), sent.stderr
    repeated = {"id": f"{language}-repeated", "type": "offboarding.unheard_of.v9", "data": {"requestId": "another"}}
    _publish(stack, json.dumps(repeated), json.dumps(repeated), f"no event for {language}")
    followed = run("follow_outcome", f"{language}-queue", LIMIT - 10)
    assert followed.returncode == 0, followed.stderr
    mine = [line for line in followed.stdout.splitlines() if f" {language}-queue: " in line]
    assert mine[0].startswith("offboarding.progress.v1 ")
    assert mine[-1].startswith(f"{OUTCOME} ")
    assert len([line for line in mine if line.startswith(OUTCOME)]) == 1
    assert followed.stdout.count("offboarding.unheard_of.v9 another") == 1, "a repeated event was handled again"
    assert json.dumps(repeated) not in _lying(stack), "an event was not completed"
    assert _lying(stack, ServiceBusSubQueue.DEAD_LETTER).count(f"no event for {language}") == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_send_by_http_and_look(language: str, run: Run, stack: Addresses, tmp_path: Path) -> None:
    request = _write_request(tmp_path, stack, f"{language} http")
    done = run("send_by_http", request, LIMIT - 10)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1].startswith("removed: ")
    reused = run("send_by_http", _write_request(tmp_path, stack, f"{language} http", reason="another"), LIMIT - 10)
    assert reused.returncode == 1
    assert reused.stderr.startswith("409 request_id_reused: ")


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_fails_is_told(language: str, run: Run, stack: Addresses, tmp_path: Path) -> None:
    wrong = _write_request(tmp_path, stack, f"{language} http", version="2", requestId="a b")
    expected = (
        (run("send_by_http", wrong), "422 wrong_value: version: "),
        (run("send_by_http", tmp_path / "none.json"), "none.json"),
        (run("send_request", tmp_path / "none.json"), "none.json"),
        (run("send_request"), "usage: "),
        (run("follow_outcome", "nobody", 0), "has not ended within 0 s"),
    )
    for done, text in expected:
        assert done.returncode == 1, done
        assert text in done.stderr
        assert "Traceback" not in done.stderr
        assert "    at " not in done.stderr
    assert "requestId: " in expected[0][0].stderr, "every wrong field is told"


@pytest.mark.skipif(_javac_version() < 17, reason="javac 17 or newer is not at hand")
def test_java_compiles(tmp_path: Path) -> None:
    """With the jars at hand whole, otherwise as far as the syntax."""
    jars = os.environ.get("OFFBOARDING_JARS")
    more = ["-cp", str(Path(jars) / "*")] if jars else ["-XDshould-stop.ifNoError=PARSE"]
    sources = sorted(map(str, (SAMPLES / "java").glob("*.java")))
    command = ["javac", "-encoding", "UTF-8", "-d", str(tmp_path), *more, *sources]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=LIMIT)
    assert done.returncode == 0, done.stderr


@pytest.mark.skipif(
    shutil.which("dotnet") is None or "OFFBOARDING_NUGET" not in os.environ,
    reason="dotnet, or OFFBOARDING_NUGET with its packages, is not at hand",
)
@pytest.mark.parametrize("program", ["SendRequest", "FollowOutcome"])
def test_dotnet_compiles(program: str, tmp_path: Path) -> None:
    project = shutil.copytree(SAMPLES / "dotnet", tmp_path / "dotnet")
    environment = os.environ | {"NUGET_PACKAGES": os.environ["OFFBOARDING_NUGET"]}
    command = ["dotnet", "build", "--source", os.environ["OFFBOARDING_NUGET"], f"-p:StartupObject={program}"]
    done = subprocess.run(
        command, cwd=project, env=environment, capture_output=True, text=True, check=False, timeout=2 * LIMIT
    )
    assert done.returncode == 0, done.stdout


def test_the_page_shows_the_samples_as_they_are() -> None:
    text = PAGE.read_text(encoding="utf-8")
    shown = BLOCK.findall(text)
    for name, block in shown:
        assert f"\n{block}" in "\n" + (ROOT / name).read_text(encoding="utf-8"), f"{name} has another text:\n{block}"
    assert len(shown) == text.count("\n```") // 2, "a block does not name its file"
    named = set(re.findall(r"\(\.\./(samples/[^)]+\.\w+)\)", text))
    programs = {path.relative_to(ROOT).as_posix() for path in SAMPLES.rglob("*") if path.suffix in PROGRAMS}
    assert programs <= named


def test_the_page_leaves_out_no_event_and_no_option() -> None:
    text = PAGE.read_text(encoding="utf-8")
    types = {path.name.removesuffix(".schema.json") for path in (ROOT / "schemas").glob("offboarding.*.schema.json")}
    assert {name for name in types if f"| `{name}` |" not in text} == set()
    schema = json.loads((ROOT / "schemas" / "request.v1.schema.json").read_text(encoding="utf-8"))
    options = {"dryRun", "notBefore", "commitments", "correlationId"}
    assert {name for name in {*options, *schema["required"]} if name not in text} == set()
    for problem in ("not_json", "request_id_reused", "live_with_other_options", "unknown_field", "wrong_value"):
        assert re.search(rf"^\| 4\d\d \| [^|]*`{problem}`", text, re.MULTILINE), problem


def test_the_sample_request_fits_the_local_stack() -> None:
    request = json.loads((SAMPLES / "request.json").read_text(encoding="utf-8"))
    jsonschema.validate(request, json.loads((ROOT / "schemas" / "request.v1.schema.json").read_text(encoding="utf-8")))
    scenario = json.loads((ROOT / "local" / "simulator" / "scenarios" / "default.json").read_text(encoding="utf-8"))
    assert (request["customerTenantId"], request["customerDomain"]) in [
        (customer["id"], customer["domain"]) for customer in scenario["customers"]
    ]
