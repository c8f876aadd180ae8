"""The steps of the consent: sign in, look what the token is good for, store the refresh token only if it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from shared.adapters.entra.claims import read_claims
from shared.adapters.entra.device_code import DeviceCodeSignIn
from shared.composition.doctor.checks import CHECKS, run_checks
from shared.composition.doctor.probe import Finding, Probe
from shared.domain.advice import Problem
from shared.ports.sign_in import StoredToken, TokenVault

NEEDED = ("token", "customers", "role")
"""Without these the refresh token is not stored: the one in the vault may be better."""
LOOKED_AT = (*NEEDED, "account", "graph", "azure")


@dataclass(frozen=True, slots=True)
class Consented:
    """What became of it."""

    user: str
    stored: bool
    findings: tuple[Finding, ...]


class HeldVault:
    """A TokenVault of one token that is not stored anywhere yet."""

    def __init__(self, value: str, now: datetime) -> None:
        self._stored = StoredToken(value, now)

    def read(self) -> StoredToken:
        """See TokenVault."""
        return self._stored

    def write(self, value: str) -> None:
        """Nothing renews during the consent."""


def consent(
    sign_in: DeviceCodeSignIn,
    vault: TokenVault,
    probe_with: Callable[[TokenVault], Probe],
    machine: Callable[[], datetime],
    say: Callable[[str], None],
) -> Consented:
    """Everything; raises the RemoteError of a sign-in that did not come to pass, or of a vault that refused.

    `probe_with` builds what the checks look at on another vault. Dying anywhere leaves the old token or the new one.
    """
    say(sign_in.start())
    granted = sign_in.wait()
    if granted.refresh_token is None:
        problem = Problem(
            "token",
            "no_refresh_token",
            "The sign-in gave no refresh token",
            "The pipeline could work for an hour only",
            "let the app registration ask for offline_access, then run this again",
        )
        return Consented("", stored=False, findings=(Finding("token", problems=(problem,)),))
    claims = read_claims(granted.access.value)
    probe = probe_with(HeldVault(granted.refresh_token, machine()))
    probe.passed.add("refresh token")
    findings = run_checks([check for check in CHECKS if check.name in LOOKED_AT], probe)
    if all(finding.ok and not finding.skipped for finding in findings if finding.check in NEEDED):
        vault.write(granted.refresh_token)
        return Consented(claims.user, stored=True, findings=findings)
    return Consented(claims.user, stored=False, findings=findings)
