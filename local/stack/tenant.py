"""Which scenario a stack runs: the simulator reads it once, so a data folder remembers the one it was started with."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from local.simulator.scenario.load import ScenarioError, load_scenario
from local.simulator.scenario.models import Scenario
from local.stack.errors import StackError
from local.stack.folder import DataFolder, write_private

DEFAULT_SCENARIO = Path(__file__).resolve().parents[1] / "simulator" / "scenarios" / "default.json"
KEPT = "scenario.json"
REFRESH_TOKEN = "refresh-token.json"


@dataclass(frozen=True, slots=True)
class Tenant:
    """The partner tenant that a stack runs. `goes_on`: its state is in the folder and the file is not read again."""

    file: Path
    scenario: Scenario
    goes_on: bool

    def keep_token(self, folder: Path) -> None:
        """Put the scenario's refresh token into the folder, once; the application renews it there."""
        file = folder / REFRESH_TOKEN
        if not file.exists():
            token = self.scenario.partner.sign_in.refresh_token
            write_private(file, json.dumps({"refreshToken": token, "storedAt": datetime.now(UTC).isoformat()}))

    def sign_in(self, folder: Path) -> dict[str, str]:
        """The application's settings for signing in; fields that the scenario leaves out have defaults."""
        partner, file = self.scenario.partner, folder / REFRESH_TOKEN
        return {
            "OFFBOARDING_PARTNER_TENANT_ID": partner.tenant_id,
            "OFFBOARDING_CLIENT_ID": partner.sign_in.client_id,
            "OFFBOARDING_CLIENT_SECRET": partner.sign_in.client_secret,
            "OFFBOARDING_REFRESH_TOKEN_FILE": str(file),
        }


def read_scenario(file: Path) -> Scenario:
    """Read and check a scenario; raises StackError that names the field, the value and the rule."""
    if not file.is_file():
        raise StackError(f"scenario {file} is not a file (docs/scenarios.md describes the format)")
    try:
        return load_scenario(file)
    except ScenarioError as error:
        raise StackError(str(error)) from None


def choose_tenant(folder: DataFolder, given: Path | None) -> Tenant:
    """The folder's own tenant, or for a new folder the given or the default one.

    Raises StackError when the folder was started with another scenario than the one given.
    """
    kept = folder.path / KEPT
    if not kept.exists():
        file = given or DEFAULT_SCENARIO
        return Tenant(file, read_scenario(file), goes_on=False)
    if given is not None and _content(given) != _content(kept):
        raise StackError(
            f"{folder.path} was started with another scenario than {given}, and a tenant that lives is not replaced. "
            f"Leave out --scenario to go on with the data, or choose another --data for a fresh start "
            f"(the folder's scenario is {kept})."
        )
    return Tenant(kept, read_scenario(kept), goes_on=True)


def remember(folder: DataFolder, tenant: Tenant) -> None:
    """Keep the scenario once the simulator has taken it; a folder whose simulator refused it stays fresh."""
    if not tenant.goes_on:
        write_private(folder.path / KEPT, tenant.file.read_text(encoding="utf-8"))


def _content(file: Path) -> object:
    read_scenario(file)
    return json.loads(file.read_text(encoding="utf-8"))
