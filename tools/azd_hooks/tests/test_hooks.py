"""The hooks as azd runs them: the lines of azure.yaml in a shell, with an `az` of the test's own on the PATH."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from tools.azd_hooks.after_deploy import REFRESH_TOKEN

ROOT = Path(__file__).resolve().parents[3]
HOOKS: dict[str, dict[str, dict[str, Any]]] = yaml.safe_load((ROOT / "azure.yaml").read_text(encoding="utf-8"))["hooks"]
AZ = """#!{python}
import json, pathlib, sys
here = pathlib.Path(__file__).parent
with (here / "asked").open("a") as file:
    file.write(" ".join(sys.argv[1:]) + "\\n")
for beginning, answer in json.loads((here / "answers.json").read_text()).items():
    if " ".join(sys.argv[1:]).startswith(beginning):
        if isinstance(answer, str):
            sys.exit("ERROR: first line\\n" + answer)
        print(json.dumps(answer))
        sys.exit(0)
sys.exit("ERROR: not among the answers: " + " ".join(sys.argv[1:]))
"""
ACCOUNT = {"id": "sub-1", "name": "Contoso", "user": {"name": "ada@contoso.example", "type": "user"}}
OWNER = [{"roleDefinitionName": "Owner"}]
GOOD: Mapping[str, Any] = {
    "account show": ACCOUNT,
    "functionapp list-flexconsumption-locations --zone-redundant true": [{"name": "North Europe"}],
    "functionapp list-flexconsumption-locations": [{"name": "West Europe"}, {"name": "northeurope"}],
    "provider show": {"registrationState": "Registered"},
    "role assignment list": OWNER,
    "keyvault secret list": [{"name": REFRESH_TOKEN}, {"name": "partner-center-client-secret"}],
}


class Said(NamedTuple):
    """How a hook ended."""

    code: int
    text: str
    asked: str


class Machine(NamedTuple):
    """A PATH with Python and, unless it is taken away, the test's own az."""

    bin: Path

    def run(self, hook: str, answers: Mapping[str, Any] | None, **environment: str) -> Said:
        """One hook, by its line for this system; without answers there is no az."""
        if answers is not None:
            (self.bin / "answers.json").write_text(json.dumps({**answers}), encoding="utf-8")
            az = self.bin / "az"
            az.write_text(AZ.format(python=sys.executable), encoding="utf-8")
            az.chmod(az.stat().st_mode | stat.S_IXUSR)
        line = HOOKS[hook]["posix"]
        done = subprocess.run(
            [str(line["shell"]), "-c", str(line["run"])],
            cwd=ROOT,
            env={"PATH": str(self.bin), "AZURE_LOCATION": "westeurope", **environment},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        asked = self.bin / "asked"
        return Said(done.returncode, done.stdout + done.stderr, asked.read_text() if asked.exists() else "")


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A folder that is the whole PATH."""
    for name, program in {"python3": sys.executable, "sh": shutil.which("sh") or "/bin/sh"}.items():
        (tmp_path / name).symlink_to(program)
    return Machine(tmp_path)


def test_a_good_machine_goes_on(machine: Machine) -> None:
    said = machine.run("preprovision", GOOD)
    assert said.code == 0, said.text
    assert "refused" not in said.text
    assert "westeurope offers Flex Consumption" in said.text
    assert "roles on the subscription: Owner" in said.text
    assert "provider show" not in said.asked, "no network was asked for"


def test_the_subscription_of_the_azd_environment_is_the_one_that_is_looked_at(machine: Machine) -> None:
    said = machine.run("preprovision", GOOD, AZURE_SUBSCRIPTION_ID="sub-2")
    assert len(said.asked.splitlines()) == 3
    assert all("--subscription sub-2" in line for line in said.asked.splitlines())


def test_nobody_is_signed_in(machine: Machine) -> None:
    said = machine.run("preprovision", {"account show": "Please run 'az login' to setup account."})
    assert said.code == 1
    assert "Please run 'az login'" in said.text
    assert "azd env set OFFBOARDING_CHECKS off" in said.text


def test_there_is_no_azure_cli(machine: Machine) -> None:
    said = machine.run("preprovision", None)
    assert said.code == 1
    assert "the Azure CLI (az) is not installed" in said.text


def test_a_pipeline_may_have_signed_in_azd_alone(machine: Machine) -> None:
    said = machine.run("preprovision", {"account show": "Please run 'az login'"}, CI="true")
    assert said.code == 0
    assert "note" in said.text


def test_the_region_is_missing(machine: Machine) -> None:
    said = machine.run("preprovision", GOOD, AZURE_LOCATION="westindia")
    assert said.code == 1
    assert "westindia does not offer Flex Consumption" in said.text


@pytest.mark.parametrize(("place", "code"), [("westeurope", 1), ("northeurope", 0)])
def test_the_region_has_no_zones(machine: Machine, place: str, code: int) -> None:
    said = machine.run("preprovision", GOOD, AZURE_LOCATION=place, OFFBOARDING_ZONE_REDUNDANT="on")
    assert said.code == code
    assert "several zones" in said.text


def test_the_region_is_not_chosen_yet(machine: Machine) -> None:
    said = machine.run("preprovision", GOOD, AZURE_LOCATION="")
    assert said.code == 0
    assert "AZURE_LOCATION is not set yet" in said.text


@pytest.mark.parametrize(
    ("roles", "code"),
    [
        ([], 1),
        (["Reader"], 1),
        (["Contributor"], 1),
        (["User Access Administrator"], 1),
        (["Contributor", "User Access Administrator"], 0),
        (["Owner"], 0),
    ],
)
def test_the_roles_of_whoever_deploys(machine: Machine, roles: list[str], code: int) -> None:
    given = [{"roleDefinitionName": role} for role in roles]
    said = machine.run("preprovision", {**GOOD, "role assignment list": given})
    assert said.code == code
    assert ("needed: Owner, or Contributor with User Access Administrator" in said.text) == bool(code)
    assert "--scope /subscriptions/sub-1" in said.asked


def test_what_cannot_be_looked_at_is_left_to_azure(machine: Machine) -> None:
    said = machine.run("preprovision", {**GOOD, "role assignment list": "Insufficient privileges"})
    assert said.code == 0
    assert "not looked at (roles): Insufficient privileges" in said.text


@pytest.mark.parametrize(("state", "code"), [("NotRegistered", 1), ("Registered", 0)])
def test_a_network_needs_its_provider(machine: Machine, state: str, code: int) -> None:
    answers = {**GOOD, "provider show": {"registrationState": state}}
    said = machine.run("preprovision", answers, OFFBOARDING_NETWORK="private")
    assert said.code == code
    assert ("az provider register --namespace Microsoft.App" in said.text) == bool(code)


SUBNET = "/subscriptions/net/resourceGroups/rg-net/providers/Microsoft.Network/virtualNetworks/hub/subnets/flex"
VAULT = "/subscriptions/sec/resourceGroups/rg-sec/providers/Microsoft.KeyVault/vaults/kv-shared"


@pytest.mark.parametrize(("service", "code"), [("Microsoft.App/environments", 0), ("Microsoft.Web/serverFarms", 1)])
def test_an_own_subnet_has_to_be_delegated(machine: Machine, service: str, code: int) -> None:
    answers = {**GOOD, "network vnet subnet show": {"delegations": [{"serviceName": service}]}}
    said = machine.run("preprovision", answers, OFFBOARDING_APP_SUBNET_ID=SUBNET)
    assert said.code == code
    assert ("subnet flex is not delegated to Microsoft.App/environments" in said.text) == bool(code)
    asked = "network vnet subnet show --resource-group rg-net --vnet-name hub --name flex --subscription net"
    assert asked in said.asked


@pytest.mark.parametrize(
    ("roles", "purge", "sentence"),
    [
        (True, True, "vault kv-shared can be used"),
        (False, True, "has no Azure roles"),
        (True, None, "has no purge protection"),
    ],
)
def test_a_vault_that_is_there_has_to_fit(machine: Machine, roles: bool, purge: bool | None, sentence: str) -> None:
    properties = {"enableRbacAuthorization": roles, "enablePurgeProtection": purge}
    said = machine.run(
        "preprovision", {**GOOD, "keyvault show": {"properties": properties}}, OFFBOARDING_KEY_VAULT_ID=VAULT
    )
    assert said.code == (0 if roles and purge else 1)
    assert sentence in said.text
    assert "keyvault show --resource-group rg-sec --name kv-shared --subscription sec" in said.asked


@pytest.mark.parametrize("name", ["OFFBOARDING_APP_SUBNET_ID", "OFFBOARDING_KEY_VAULT_ID"])
def test_what_is_no_id_is_told(machine: Machine, name: str) -> None:
    assert "kv-shared is no id of a resource" in machine.run("preprovision", GOOD, **{name: "kv-shared"}).text


@pytest.mark.parametrize(("memory", "told"), [("2048", False), ("4096", True)])
def test_more_cores_than_a_subscription_has_are_told(machine: Machine, memory: str, told: bool) -> None:
    asked = {"OFFBOARDING_MAXIMUM_INSTANCES": "200", "OFFBOARDING_INSTANCE_MEMORY_MB": memory}
    said = machine.run("preprovision", GOOD, **asked)
    assert said.code == 0
    assert ("may take 400 cores" in said.text) is told


def test_checks_can_be_switched_off_and_that_is_said(machine: Machine) -> None:
    said = machine.run("preprovision", GOOD, AZURE_LOCATION="westindia", OFFBOARDING_CHECKS="off")
    assert said.code == 0
    assert "does not offer" in said.text
    assert "OFFBOARDING_CHECKS is off: going on all the same" in said.text


DEPLOYED = {"AZURE_FUNCTION_URL": "https://127.0.0.1:9", "AZURE_KEY_VAULT_NAME": "kv-1"}


def test_after_the_first_deployment_the_first_sign_in_is_next(machine: Machine) -> None:
    said = machine.run("postdeploy", {"keyvault secret list": []}, **DEPLOYED)
    assert said.code == 0
    assert "az keyvault secret set --vault-name kv-1 --name partner-center-client-secret --file <file>" in said.text
    assert "python3 dev.py consent --settings FILE" in said.text
    assert "people cannot sign in" in said.text
    assert "mode plan" in said.text
    assert "OFFBOARDING_MODE live" not in said.text


def test_what_was_done_before_is_not_asked_for_again(machine: Machine) -> None:
    said = machine.run("postdeploy", GOOD, OFFBOARDING_MODE="live", **DEPLOYED)
    assert said.code == 0
    assert "somebody has signed in before" in said.text
    assert "dev.py consent" not in said.text
    assert "client secret" not in said.text
    assert "mode plan" not in said.text


@pytest.mark.parametrize(
    ("auth", "sentence"), [("certificate", "certificate (PEM with key)"), ("federated", "the first sign-in")]
)
def test_another_credential_is_asked_for(machine: Machine, auth: str, sentence: str) -> None:
    said = machine.run("postdeploy", {"keyvault secret list": []}, OFFBOARDING_CLIENT_AUTH=auth, **DEPLOYED)
    assert sentence in said.text
    assert "client secret" not in said.text


def test_a_vault_that_cannot_be_seen_is_no_failure(machine: Machine) -> None:
    said = machine.run("postdeploy", {"keyvault secret list": "Forbidden"}, **DEPLOYED)
    assert said.code == 0
    assert "what lies in kv-1 cannot be seen: Forbidden" in said.text
    assert "python3 dev.py consent" in said.text


@pytest.mark.skipif(not (ROOT / ".venv").is_dir(), reason="the environment of the project is not set up here")
def test_the_doctor_is_asked_where_people_sign_in(machine: Machine) -> None:
    people = {"OFFBOARDING_PEOPLE_CLIENT_ID": "x", "OFFBOARDING_TOKEN": "nobody's", "HOME": str(machine.bin)}
    said = machine.run("postdeploy", GOOD, **people, **DEPLOYED)
    assert said.code == 0, said.text
    assert "the doctor (exit code 3):" in said.text, "nothing listens there"


def test_before_everything_is_taken_down_it_is_said_what_stays(machine: Machine) -> None:
    said = machine.run("predown", {}, AZURE_RESOURCE_GROUP="rg-1", AZURE_KEY_VAULT_NAME="kv-1")
    assert said.code == 0
    for sentence in ("destroyed with rg-1", "the vault kv-1", "azd env set OFFBOARDING_VAULT_CREATE_MODE recover"):
        assert sentence in said.text
    assert said.asked == ""


def test_locks_are_told_before_azd_fails_half_way(machine: Machine) -> None:
    said = machine.run("predown", {}, OFFBOARDING_DELETE_LOCKS="on")
    assert said.code == 1
    assert "delete the locks 'keep'" in said.text


def test_windows_runs_the_same(tmp_path: Path) -> None:
    for hook, lines in HOOKS.items():
        assert lines["windows"]["shell"] == "pwsh"
        assert lines["windows"]["run"] == str(lines["posix"]["run"]).replace("python3 ", "python ")
        assert {name: lines["windows"][name] for name in lines["windows"].keys() - {"shell", "run"}} == {
            name: lines["posix"][name] for name in lines["posix"].keys() - {"shell", "run"}
        }
        assert hook in str(lines["posix"]["run"])
    pwsh = shutil.which("pwsh")
    if pwsh is None:
        pytest.skip("the lines are the same; PowerShell is not installed, so none was run in it")
    (tmp_path / "python").symlink_to(sys.executable)
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    for lines in HOOKS.values():
        line = str(lines["windows"]["run"]).rpartition(" ")[0]
        done = subprocess.run(
            [pwsh, "-NoProfile", "-Command", line], cwd=ROOT, env={**os.environ, "PATH": path}, check=False, timeout=60
        )
        assert done.returncode in {1, 2}


def test_the_hooks_read_what_the_template_takes_and_answers() -> None:
    """A misspelt name would be a check that is never made."""
    code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tools/azd_hooks").glob("*.py"))
    parameters = (ROOT / "infra/main.parameters.json").read_text(encoding="utf-8")
    main = (ROOT / "infra/main.bicep").read_text(encoding="utf-8")
    taken = set(re.findall(r"\$\{(\w+)", parameters))
    answered = set(re.findall(r"^output (\w+) ", main, re.MULTILINE))
    read = set(re.findall(r"\b(?:OFFBOARDING|AZURE)_[A-Z_]+\b", code))
    assert len(read) > 10
    assert read - taken - answered == {"OFFBOARDING_CHECKS", "AZURE_SUBSCRIPTION_ID"}
    assert "${OFFBOARDING_MAXIMUM_INSTANCES=40}" in parameters
    assert "${OFFBOARDING_INSTANCE_MEMORY_MB=2048}" in parameters


@pytest.mark.parametrize("words", [[], ["postup"], ["predown", "predown"]])
def test_a_mistake_in_the_call_is_told(words: list[str]) -> None:
    command = [sys.executable, "-m", "tools.azd_hooks", *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert "preprovision | postdeploy | predown" in done.stderr
