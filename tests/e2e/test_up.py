"""`up` as a person uses it: what it prints, Ctrl-C, the same folder again, mistakes."""

from __future__ import annotations

import json
import os
import re
import socket
from itertools import takewhile
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from tests.e2e.support.api import Api
from tests.e2e.support.scenario import request_for, small, write_scenario
from tests.e2e.support.stack import STORE, Addresses, LocalStack
from tests.e2e.support.tenant import Tenant
from tests.e2e.support.until import until

pytestmark = [pytest.mark.e2e, pytest.mark.skipif(os.name == "nt", reason="needs SIGINT and process groups")]

BROKEN = {
    "not json": ("{", "is not JSON"),
    "unknown field": ('{"customer": []}', "customer: Extra inputs are not permitted"),
    "wrong value": ('{"customers": [{"name": "A", "id": "x"}]}', "'x' is not a GUID"),
}


def test_up_stays_until_ctrl_c_and_goes_on_where_it_was(tmp_path: Path) -> None:
    scenario, port = write_scenario(tmp_path / "scenario.json", small("Again Ltd")), _free_ports()
    data = tmp_path / "data"
    first = LocalStack(data, "--scenario", str(scenario), "--port-base", str(port))
    try:
        text = "".join(takewhile(lambda line: line not in ("Try:\n", ""), iter(first.line, None)))
        addresses = _addresses(text, data)
        assert f":{port};" in addresses.servicebus
        assert addresses.simulator == f"http://127.0.0.1:{port + 1}"
        assert addresses.http == f"http://127.0.0.1:{port + 2}"
        assert f"over HTTP        http://127.0.0.1:{port + 3}\n" in text
        _second_is_refused(data, scenario)
        api, tenant = Api(addresses), Tenant(addresses)
        request = request_for("Again Ltd", "again", tenant.customer("Again Ltd"))
        location = urlsplit(api.ask(request).headers["Location"]).path
        assert (data / "offboardings.sqlite3-wal").exists() or STORE == "azurite"
        _is_private(data)
        assert first.interrupt() == 0
        assert not first.alive(), "processes are left"
        assert "Traceback" not in first.errors()
    finally:
        first.kill()
    with pytest.raises(requests.ConnectionError):
        api.page()
    _is_private(data)
    assert not list(data.rglob("*-wal")), "a clean stop leaves no transactions outside of the databases"
    (data / "logs" / "host.log").chmod(0o644)  # as an earlier version left it
    assert "link is down" not in (data / "logs" / "host.log").read_text(encoding="utf-8"), "the broker went first"
    other = "sqlite" if STORE == "azurite" else "azurite"
    _refused(tmp_path, f"{data} was made with --store ", "--store", other)
    _goes_on(data, scenario, location)


def _is_private(data: Path) -> None:
    """Nobody but the owner can read anything: keys, tokens, databases and their logs, evidence."""
    open_to_others = [str(path) for path in (data, *data.rglob("*")) if path.lstat().st_mode & 0o077]
    assert not open_to_others


def _goes_on(data: Path, scenario: Path, location: str) -> None:
    stack, addresses = LocalStack.start(data, scenario)
    try:
        api = Api(addresses)
        assert api.follow("again", {"removed"})["offboardingId"] == location.rsplit("/", 1)[-1]
        assert len(api.page()["items"]) == 1
        until(lambda: list(data.glob("exported-evidence/*")), "the evidence is exported")
        _is_private(data)
        stack.process.terminate()
        assert stack.process.wait(30) == 0
        assert not stack.alive(), "processes are left"
    finally:
        stack.kill()


@pytest.mark.parametrize("mistake", BROKEN)
def test_a_broken_scenario_is_one_clear_message(mistake: str, tmp_path: Path) -> None:
    content, message = BROKEN[mistake]
    (tmp_path / "broken.json").write_text(content, encoding="utf-8")
    _refused(tmp_path, message, "--scenario", str(tmp_path / "broken.json"))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--scenario", "no-such-file.json"), "no-such-file.json is not a file"),
        (("--port-base", "80"), "--port-base must be from 1024 to 65000 (got 80)"),
        (("--set", "OFFBOARDING_MOD=live"), "no setting OFFBOARDING_MOD; did you mean OFFBOARDING_MODE?"),
        (("--set", "OFFBOARDING_MODE=alive"), "OFFBOARDING_MODE must be one of plan, live (got 'alive')"),
        (("--without-authentication", "--approval", "always"), "nobody can approve: App Service Authentication is off"),
    ],
)
def test_a_mistake_on_the_command_line_is_one_clear_message(
    arguments: tuple[str, ...], message: str, tmp_path: Path
) -> None:
    _refused(tmp_path, message, *arguments)


def test_settings_of_the_shell_are_named_and_not_inherited_and_those_of_the_command_line_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OFFBOARDING_KEY_VAULT_URL", "https://a-real-one.vault.azure.net")
    monkeypatch.setenv("OFFBOARDING_CLIENT_SECRET", "not-this-one")
    monkeypatch.setenv("AzureFunctionsJobHost__functionTimeout", "nonsense")
    scenario = write_scenario(tmp_path / "scenario.json", small("Planned Ltd"))
    stack, addresses = LocalStack.start(tmp_path / "data", scenario, "--set", "OFFBOARDING_MODE=plan")
    try:
        told = stack.errors()
        assert "left out, because the local stack has settings of its own" in told
        # The shell of these tests may have others.
        named = set(told.replace(",", " ").replace(":", " ").split())
        assert {
            "AzureFunctionsJobHost__functionTimeout",
            "OFFBOARDING_CLIENT_SECRET",
            "OFFBOARDING_KEY_VAULT_URL",
        } <= named
        assert "not-this-one" not in told
        api, tenant = Api(addresses), Tenant(addresses)
        customer = tenant.customer("Planned Ltd")
        api.ask(request_for("Planned Ltd", "planned", customer))
        api.follow("planned", {"scheduled"})
        assert not tenant.effects(customer["id"]), "mode plan has no effect"
        assert stack.interrupt() == 0
    finally:
        stack.kill()


def _second_is_refused(data: Path, scenario: Path) -> None:
    _refused(data.parent, f"another stack is using {data}", "--scenario", str(scenario))


def _refused(folder: Path, message: str, *arguments: str) -> None:
    """Exit code 2, nothing on stdout, the message on stderr, no traceback, no process left."""
    stack = LocalStack(folder / "data", *arguments)
    try:
        assert stack.process.wait(30) == 2
        assert stack.line() == ""
        assert not stack.alive(), "processes are left"
    finally:
        stack.kill()
    assert message in stack.errors()
    assert "Traceback" not in stack.errors()


def _addresses(text: str, data: Path) -> Addresses:
    """What a person reads from the screen."""
    bus = re.search(r"Endpoint=\S+", text)
    http = re.search(r"(http\S+)/api/offboardings +\(header x-functions-key: (\S+)\)", text)
    simulator = re.search(r"(http\S+)/_simulator/state", text)
    assert bus, text
    assert http, text
    assert simulator, text
    assert not text.startswith("{")
    with pytest.raises(ValueError, match="Expecting"):
        json.loads(text)
    return Addresses(bus[0], http[1], http[2], simulator[1], data)


def _free_ports() -> int:
    """The first of five neighbouring ports that are free now."""
    for first in range(20_000 + os.getpid() % 10_000, 60_000, 5):
        if all(map(_is_free, range(first, first + 5))):
            return first
    raise AssertionError("no five free ports in a row")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0
