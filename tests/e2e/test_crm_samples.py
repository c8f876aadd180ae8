"""The samples do what docs/crm.md says, in every language that is at hand (support/languages.py says how it is found).

OFFBOARDING_JARS names a folder with the jars of samples/java/pom.xml and of what they need; OFFBOARDING_NUGET a package
folder that `dotnet restore` filled. Nothing is downloaded here.
"""

from __future__ import annotations

import http.server
import json
import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from azure.servicebus import ServiceBusClient, ServiceBusMessage, ServiceBusSubQueue

from tests.e2e.support.api import Api
from tests.e2e.support.languages import LANGUAGES, LIMIT, SAMPLES, Language, compiled, javac_version, parameters
from tests.e2e.support.scenario import small, write_scenario
from tests.e2e.support.stack import ROOT, Addresses, LocalStack
from tests.e2e.support.tenant import Tenant
from tests.e2e.support.until import until

pytestmark = pytest.mark.e2e

OUTCOME = "offboarding.removed.v1"
SETTINGS = ("SERVICEBUS", "AZURE_", "OFFBOARDING_URL", "OFFBOARDING_KEY")
NEEDS_SHELL = pytest.mark.skipif(
    not all(map(shutil.which, ("sh", "curl", "openssl"))), reason="sh, curl or openssl not found"
)

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Addresses]:
    """A stack of their own: the samples complete every event of subscription crm."""
    folder = tmp_path_factory.mktemp("crm")
    names = [f"{language.name} {way}" for language in LANGUAGES for way in ("queue", "http")]
    shown = json.loads((SAMPLES / "request.json").read_text(encoding="utf-8"))
    of_the_page = {"id": shown["customerTenantId"], "domain": shown["customerDomain"]}
    customers = [*map(small, [*names, "shell"]), small("Page").model_copy(update=of_the_page)]
    stack, found = LocalStack.start(folder / "data", write_scenario(folder / "scenario.json", *customers))
    yield found
    stack.kill()


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Language], Path]:
    """The folder with the programs of a language, made once."""
    folders: dict[str, Path] = {}

    def build(language: Language) -> Path:
        if language.name not in folders:
            folders[language.name] = tmp_path_factory.mktemp(language.name)
            language.build(folders[language.name])
        return folders[language.name]

    return build


@pytest.fixture
def run(language: Language, built: Callable[[Language], Path], stack: Addresses, tmp_path: Path) -> Run:
    """Runs a sample of the language in a folder of its own."""
    folder = built(language)
    return lambda name, *arguments: _run([*language.start(folder, name), *map(str, arguments)], tmp_path, _of(stack))


def _of(stack: Addresses) -> dict[str, str]:
    return {
        "SERVICEBUS": stack.servicebus,
        "SERVICEBUS_REST": stack.rest,
        "OFFBOARDING_URL": stack.http,
        "OFFBOARDING_KEY": stack.key,
    }


def _run(command: list[str], folder: Path, given: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a program with these settings and none of the machine's own."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(SETTINGS)}
    return subprocess.run(
        command, cwd=folder, env=inherited | given, capture_output=True, text=True, timeout=LIMIT, check=False
    )


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


@pytest.mark.parametrize("language", parameters())
def test_send_and_follow(language: Language, run: Run, stack: Addresses, tmp_path: Path) -> None:
    name = language.name
    repeated = {"id": f"{name}-repeated", "type": "offboarding.unheard_of.v9", "data": {"requestId": f"{name}-other"}}
    _publish(stack, json.dumps(repeated), json.dumps(repeated), f"no event for {name}")
    request = _write_request(tmp_path, stack, f"{name} queue")
    for _ in range(2):
        sent = run("send_request", request)
        assert (sent.returncode, sent.stdout) == (0, f"sent {name}-queue\n"), sent.stderr
    followed = run("follow_outcome", f"{name}-queue", LIMIT - 10)
    assert followed.returncode == 0, followed.stderr
    mine = [line for line in followed.stdout.splitlines() if f" {name}-queue: " in line]
    assert mine[0].startswith("offboarding.progress.v1 ")
    assert mine[-1].startswith(f"{OUTCOME} ")
    assert len([line for line in mine if line.startswith(OUTCOME)]) == 1
    assert followed.stdout.count(f"offboarding.unheard_of.v9 {name}-other") == 1, "a repeated event was handled again"
    assert json.dumps(repeated) not in _lying(stack), "an event was not completed"
    assert _lying(stack, ServiceBusSubQueue.DEAD_LETTER).count(f"no event for {name}") == 1
    again = run("follow_outcome", f"{name}-queue", LIMIT - 10)
    assert (again.returncode, again.stdout) == (0, f"already known: {OUTCOME} {name}-queue\n"), again.stderr


@pytest.mark.parametrize("language", parameters("python", "powershell"))
def test_what_is_older_than_what_was_shown_is_kept_and_not_shown(
    language: Language, run: Run, stack: Addresses
) -> None:
    name = f"{language.name}-late"
    told = [
        {
            "id": f"{name}-{number}",
            "type": f"offboarding.told_{number}.v9",
            "subject": name,
            "sequence": f"{number:010}",
        }
        for number in (2, 1, 3)
    ]
    bodies = [json.dumps(event | {"data": {"requestId": name, "stage": "plan"}}) for event in told]
    for body in bodies:
        _publish(stack, body)
    shown = run("follow_outcome", "nobody", 5)
    lines = [line.split()[0] for line in shown.stdout.splitlines() if f" {name}: " in line]
    assert lines == ["offboarding.told_2.v9", "offboarding.told_3.v9"], shown.stderr
    assert not set(bodies) & set(_lying(stack)), "an event was not completed"


@pytest.mark.parametrize("language", parameters())
def test_send_by_http_and_look(language: Language, run: Run, stack: Addresses, tmp_path: Path) -> None:
    name = f"{language.name} http"
    done = run("send_by_http", _write_request(tmp_path, stack, name), LIMIT - 10)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1].startswith("removed: ")
    reused = run("send_by_http", _write_request(tmp_path, stack, name, reason="another"), LIMIT - 10)
    assert reused.returncode == 1
    assert reused.stderr.startswith("409 request_id_reused: ")


@pytest.mark.parametrize("language", parameters())
def test_what_fails_is_told(language: Language, run: Run, stack: Addresses, tmp_path: Path) -> None:
    wrong = _write_request(tmp_path, stack, f"{language.name} http", version="2", requestId="a b")
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


@pytest.mark.parametrize("language", parameters())
def test_a_request_in_a_cloudevents_envelope_is_sent_too(language: Language, run: Run, tmp_path: Path) -> None:
    """Under the same id as the bare one; it is refused for its type, so it begins nothing."""
    name = f"{language.name}-envelope"
    envelope = {"specversion": "1.0", "id": "e1", "source": "/crm", "type": "crm.ended.v1", "data": {"requestId": name}}
    path = tmp_path / "envelope.json"
    path.write_text(json.dumps(envelope), encoding="utf-8")
    sent = run("send_request", path)
    assert (sent.returncode, sent.stdout) == (0, f"sent {name}\n"), sent.stderr


@NEEDS_SHELL
def test_curl_is_enough(stack: Addresses, tmp_path: Path) -> None:
    def run_with(given: dict[str, str], name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return _run(["sh", str(SAMPLES / "shell" / name), *arguments], tmp_path, given)

    request = str(_write_request(tmp_path, stack, "shell"))
    for _ in range(2):
        sent = run_with(_of(stack), "send_request.sh", request)
        assert (sent.returncode, sent.stdout) == (0, "sent shell\n"), sent.stderr
    wrong_key = _of(stack) | {"SERVICEBUS": "Endpoint=sb://x;SharedAccessKey=wrong"}
    for refused in (run_with(wrong_key, "send_request.sh", request), run_with(wrong_key, "follow_outcome.sh", "shell")):
        assert refused.returncode != 0
        assert "<Code>401</Code>" in refused.stdout + refused.stderr
    shown = run_with(_of(stack), "send_by_http.sh", request)
    assert shown.stdout.startswith("HTTP/1.1 202 "), shown.stderr
    assert shown.stdout.endswith("}\n")
    batch = tmp_path / "batch.json"
    batch.write_text(f'{{"requests": [{Path(request).read_text(encoding="utf-8")}]}}', encoding="utf-8")
    several = run_with(_of(stack), "send_batch.sh", str(batch))
    assert several.stdout.startswith("HTTP/1.1 200 "), several.stderr
    assert '"accepted":1' in several.stdout.replace(" ", "")
    followed = run_with(_of(stack), "follow_outcome.sh", "shell", str(LIMIT - 10))
    assert followed.returncode == 0, followed.stderr
    assert followed.stdout.splitlines()[-1] == f"{OUTCOME} shell: outcome true"
    assert not [event for event in _lying(stack) if '"shell"' in event], "an event was not completed"
    late = run_with(_of(stack), "follow_outcome.sh", "nobody", "0")
    assert (late.returncode, late.stderr) == (1, "nobody has not ended within 0 s\n")


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt" or shutil.which("sh") is None, reason="sh not found")
def test_the_first_try_of_the_page(stack: Addresses, tmp_path: Path) -> None:
    """In a folder that looks like the checkout, with what `up --json` prints."""
    for name in (".venv", "samples"):
        (tmp_path / name).symlink_to(ROOT / name, target_is_directory=True)
    printed = {"servicebus": stack.servicebus, "servicebusRest": stack.rest, "http": stack.http}
    (tmp_path / "stack.json").write_text(json.dumps(printed | {"functionKey": stack.key}), encoding="utf-8")
    first = _run(["sh", "samples/shell/try_it.sh"], tmp_path, {})
    assert first.returncode == 0, first.stderr
    assert f"\n{OUTCOME} try-" in first.stdout
    again = subprocess.Popen(["sh", "samples/shell/try_it.sh"], cwd=tmp_path, stdout=subprocess.PIPE, text=True)
    try:
        tenant = Tenant(stack)
        tenant.advance_to(until(lambda: _second_look(Api(stack)), "the wait for a second look"))
        shown, _ = again.communicate(timeout=LIMIT)
    finally:
        again.kill()
    assert again.returncode == 0
    assert "\noffboarding.already_removed.v1 try-" in shown
    assert {path.name for path in tmp_path.iterdir()} == {".venv", "samples", "stack.json"}


def _second_look(api: Api) -> datetime | None:
    """When the customer that is gone already is looked at again."""
    waiting = [shown for shown in api.page("?status=waiting")["items"] if shown["requestId"].startswith("try-")]
    due = [shown["nextAttemptAt"] for shown in waiting if shown["reason"]["code"] == "gone_without_us"]
    return datetime.fromisoformat(due[0]) if due else None


class _Azure(http.server.BaseHTTPRequestHandler):
    """Stands for Entra ID and for a namespace that takes its tokens alone, and not at the first attempt."""

    asked: list[dict[str, list[str]]]
    sent: list[str]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if self.path == "/tenant/oauth2/v2.0/token":
            self.asked.append(parse_qs(body))
            self._say(200, b'{"token_type": "Bearer", "expires_in": 3599, "access_token": "t.o.k"}')
        elif self.path == "/offboarding-requests/messages" and self.headers["Authorization"] == "Bearer t.o.k":
            self.sent.append(body)
            self._say(503 if len(self.sent) == 1 else 201, b"")
        else:
            self._say(401, b"")

    def _say(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Retry-After", "0")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.mark.parametrize("language", parameters("java", "csharp", "powershell"))
def test_an_app_registration_signs_in_and_tries_again(
    language: Language, built: Callable[[Language], Path], tmp_path: Path
) -> None:
    handler = type("Azure", (_Azure,), {"asked": [], "sent": []})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_address[1]}"
        app = {"AZURE_TENANT_ID": "tenant", "AZURE_CLIENT_ID": "me", "AZURE_CLIENT_SECRET": "a&b=c"}
        given = {"SERVICEBUS_REST": url, "AZURE_AUTHORITY_HOST": url} | app
        command = [*language.start(built(language), "send_request"), str(SAMPLES / "request.json")]
        sent = _run(command, tmp_path, given)
        server.shutdown()
    assert (sent.returncode, sent.stdout) == (0, "sent crm-2026-000123\n"), sent.stderr
    assert handler.sent == [(SAMPLES / "request.json").read_text(encoding="utf-8")] * 2, "503 was not tried again"  # type: ignore[attr-defined]
    assert handler.asked == [  # type: ignore[attr-defined]
        {
            "grant_type": ["client_credentials"],
            "scope": ["https://servicebus.azure.net/.default"],
            "client_id": ["me"],
            "client_secret": ["a&b=c"],
        }
    ]


@pytest.mark.skipif(javac_version() < 17, reason="javac 17 or newer not found")
def test_java_with_packages_compiles(tmp_path: Path) -> None:
    """With the jars at hand whole, otherwise as far as the syntax."""
    jars = os.environ.get("OFFBOARDING_JARS")
    more = ["-cp", str(Path(jars) / "*")] if jars else ["-XDshould-stop.ifNoError=PARSE"]
    sources = sorted(map(str, (SAMPLES / "java").glob("*.java")))
    compiled(["javac", "-encoding", "UTF-8", "-d", str(tmp_path), *more, *sources], tmp_path)


@pytest.mark.skipif(shutil.which("dotnet") is None, reason="dotnet not found")
@pytest.mark.parametrize("folder", ["dotnet", "csharp-http"])
def test_dotnet_compiles(folder: str, tmp_path: Path) -> None:
    packages = os.environ.get("OFFBOARDING_NUGET")
    if folder == "dotnet" and packages is None:
        pytest.skip("OFFBOARDING_NUGET with the packages is not set")
    project = shutil.copytree(SAMPLES / folder, tmp_path / folder)
    for program in ("SendRequest", "FollowOutcome"):
        source = ["--source", packages] if packages else []
        compiled(["dotnet", "build", *source, f"-p:StartupObject={program}"], project)
