"""Whether somebody is signed in to Azure on this machine, where the settings need it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from azure.core.exceptions import AzureError, ClientAuthenticationError

from shared.composition.connections import identity_of
from shared.composition.doctor.checks import CHECKS, Check
from shared.composition.doctor.probe import Finding, Probe
from shared.composition.settings import Settings, StoreKind
from shared.domain.advice import Problem

CHECK = "azure login"
LOG_IN = "run az login (az login --tenant <tenant id> where there are several), and try again"
SCOPE = "https://storage.azure.com/.default"
"""Any service of Azure would do; this one has the same name in every cloud."""
STANDS_ON_IT = ("refresh token", "store", "queues")


def needed(settings: Settings) -> tuple[str, ...]:
    """What is opened with the login of whoever looks; nothing where files and connection strings stand for it."""
    of_tables = settings.store.kind is StoreKind.TABLE and not settings.store.table_connection
    vault = settings.sign_in.key_vault_url and not settings.sign_in.refresh_token_file
    uses = {"the vault": vault, "the table": of_tables, "Service Bus": not settings.bus.connection}
    return tuple(name for name, used in uses.items() if used)


def login(settings: Settings) -> Finding:
    """A token is to be had."""
    opened = needed(settings)
    if not opened:
        return Finding(CHECK, "not needed")
    try:
        identity_of(settings).get_token(SCOPE)
    except ClientAuthenticationError:
        cause = "Nobody is signed in to Azure on this machine"
        consequence = f"What is opened with that login cannot be looked at: {', '.join(opened)}"
        return Finding(CHECK, problems=(Problem(CHECK, "no_login", cause, consequence, LOG_IN),))
    except (AzureError, OSError, ValueError) as error:
        cause = f"The login to Azure cannot be tried ({type(error).__name__})"
        problem = Problem(CHECK, "login_unclear", cause, "What follows may fail for that", "check the network")
        return Finding(CHECK, warnings=(problem,))
    return Finding(CHECK, "somebody is signed in")


def from_a_desk(try_login: Callable[[Settings], Finding] = login) -> tuple[Check, ...]:
    """The checks, with the login before those that need it."""

    def find(probe: Probe) -> Finding:
        return try_login(probe.settings)

    after = dict.fromkeys(STANDS_ON_IT, CHECK)
    return (Check(CHECK, find, ""), *(replace(each, after=after.get(each.name, each.after)) for each in CHECKS))
