"""What comes after a deployment: the secrets, the first sign-in, and what the doctor says."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from tools.azd_hooks.azure_cli import AzureCli, AzureCliError
from tools.azd_hooks.findings import Found, Weight

ROOT = Path(__file__).resolve().parents[2]
REFRESH_TOKEN = "partner-center-refresh-token"
SECRETS = {
    "secret": ("partner-center-client-secret", "client secret"),
    "certificate": ("partner-center-client-certificate", "certificate (PEM with key)"),
}
"""By OFFBOARDING_CLIENT_AUTH: what lies in the vault, and what it is."""
DOCTOR = [sys.executable, str(ROOT / "dev.py"), "offboard", "doctor", "--url"]
CONSENT = (
    "as Key Vault Secrets Officer: python3 dev.py consent --settings FILE (the app's settings, outside the checkout; "
    "docs/deploy.md, step 6)"
)
SECONDS = 180


def look(environment: Mapping[str, str], az: AzureCli) -> Iterator[Found]:
    """What is next. Nothing of it makes a deployment fail."""
    url = environment.get("AZURE_FUNCTION_URL", "")
    vault = environment.get("AZURE_KEY_VAULT_NAME", "")
    yield Found(Weight.FINE, f"deployed: {url}")
    if vault:
        yield from _secrets(environment, az, vault)
    if environment.get("OFFBOARDING_MODE", "plan") != "live":
        yield Found(Weight.NOTE, "mode plan: nothing is written", "docs/deploy.md, step 10: after people and approval")
    if not environment.get("OFFBOARDING_PEOPLE_CLIENT_ID"):
        yield Found(
            Weight.NOTE,
            "people cannot sign in: nobody can approve, resume or ask the app's doctor",
            "infra/README.md, People and roles",
        )
    elif url and (ROOT / ".venv").is_dir():
        yield from _doctor(url)
    else:
        yield Found(Weight.NOTE, "the doctor was not asked", f"python3 dev.py offboard doctor --url {url}")


def _secrets(environment: Mapping[str, str], az: AzureCli, vault: str) -> Iterator[Found]:
    try:
        there = {str(one["name"]) for one in az.ask("keyvault", "secret", "list", "--vault-name", vault)}
    except AzureCliError as error:
        yield Found(Weight.NOTE, f"what lies in {vault} cannot be seen: {error}", "needed: Key Vault Secrets Officer")
        there = set()
    needed = SECRETS.get(environment.get("OFFBOARDING_CLIENT_AUTH") or "secret")
    if needed and needed[0] not in there:
        name, what = needed
        command = f"az keyvault secret set --vault-name {vault} --name {name} --file <file>"
        yield Found(Weight.NOTE, f"the {what} of the app registration is to be stored", command)
    if REFRESH_TOKEN not in there:
        yield Found(
            Weight.NOTE,
            "the first sign-in is to be made, by a person with multifactor authentication",
            CONSENT,
        )
    else:
        yield Found(Weight.FINE, "somebody has signed in before")


def _doctor(url: str) -> Iterator[Found]:
    try:
        done = subprocess.run([*DOCTOR, url], capture_output=True, text=True, timeout=SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        yield Found(Weight.NOTE, f"the doctor did not answer: {type(error).__name__}")
        return
    said = (done.stdout + done.stderr).strip().replace("\n", "\n          ")
    weight = Weight.NOTE if done.returncode else Weight.FINE
    yield Found(weight, f"the doctor (exit code {done.returncode}):", said)
