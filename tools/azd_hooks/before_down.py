"""What `azd down` destroys and what stays; azd itself asks whether to go on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tools.azd_hooks.findings import Found, Weight

LOCKS = "OFFBOARDING_DELETE_LOCKS"


def look(environment: Mapping[str, str]) -> Iterator[Found]:
    """Locks are refused here, because azd would fail half-way."""
    group = environment.get("AZURE_RESOURCE_GROUP", "the resource group")
    if environment.get(LOCKS) == "on":
        yield Found(
            Weight.REFUSED,
            "locks keep the record, its snapshots, the evidence, the vault and the namespace",
            f"azd env set {LOCKS} off; delete the locks 'keep' (az lock list -g {group}, az lock delete); then again",
        )
    yield Found(
        Weight.NOTE,
        f"destroyed with {group}: the app and its function keys; messages on their way; the record "
        f"({environment.get('AZURE_STORAGE_ACCOUNT_NAME', 'its account')}) and its snapshots "
        f"({environment.get('AZURE_SNAPSHOTS_ACCOUNT_NAME', 'their account')}), for good",
        "offboardings that are under way are not ended and not put back: what was cancelled stays cancelled",
    )
    yield Found(
        Weight.NOTE,
        f"destroyed: evidence ({environment.get('AZURE_EVIDENCE_ACCOUNT_NAME', 'its account')}), unless its policy is "
        "locked; then the deletion fails until the last file's time is over",
    )
    yield Found(
        Weight.NOTE,
        f"stays for 90 days, deleted: the vault {environment.get('AZURE_KEY_VAULT_NAME', '')}, with sign-in and keys",
        "azd env set OFFBOARDING_VAULT_CREATE_MODE recover, before the next azd up",
    )
    yield Found(
        Weight.NOTE,
        "stays: app registrations, the two roles of our own, and what was given and not made here "
        "(network, zones, workspace, vault)",
    )
