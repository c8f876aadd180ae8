"""Whether the deployment can work, as far as that can be known before: sign-in, region, provider, cores, roles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tools.azd_hooks.azure_cli import AzureCli, AzureCliError
from tools.azd_hooks.findings import Found, Weight

CORES = {"512": 0.25, "2048": 1.0, "4096": 2.0}
"""Of one instance, by its memory in MB."""
CORES_OF_A_SUBSCRIPTION = 250
"""What Flex Consumption gives a subscription in a region, unless Microsoft was asked for more."""
JOINED = "Microsoft.App/environments"
VAULT_NEEDS = {
    "enableRbacAuthorization": "Azure roles (it uses access policies)",
    "enablePurgeProtection": "purge protection",
}
OWNER, CONTRIBUTOR, ADMINISTRATOR = "Owner", "Contributor", "User Access Administrator"


def look(environment: Mapping[str, str], az: AzureCli) -> Iterator[Found]:
    """Everything that is found. What cannot be looked at is a note: Azure itself will say it."""
    yield from _cores(environment)
    try:
        account = az.ask("account", "show")
    except AzureCliError as error:
        # A pipeline may sign in azd alone.
        weight = Weight.NOTE if environment.get("CI") else Weight.REFUSED
        yield Found(weight, f"region, provider and roles cannot be looked at: {error}", "az login")
        return
    yield Found(Weight.FINE, f"{account['user']['name']} in subscription {account['name']}")
    for check in (_region, _provider, _subnet, _vault, _roles):
        try:
            yield from check(environment, az, account)
        except AzureCliError as error:
            yield Found(Weight.NOTE, f"not looked at ({check.__name__.strip('_')}): {error}")


def _plain(name: str) -> str:
    return name.replace(" ", "").casefold()


def _region(environment: Mapping[str, str], az: AzureCli, _: Mapping[str, Any]) -> Iterator[Found]:
    wanted = environment.get("AZURE_LOCATION", "")
    if not wanted:
        yield Found(Weight.NOTE, "AZURE_LOCATION is not set yet: azd will ask", "azd env set AZURE_LOCATION <region>")
        return
    zones = environment.get("OFFBOARDING_ZONE_REDUNDANT") == "on"
    command = ["functionapp", "list-flexconsumption-locations", *(["--zone-redundant", "true"] if zones else [])]
    offered = {_plain(str(one["name"])) for one in az.ask(*command)}
    what = "Flex Consumption in several zones" if zones else "Flex Consumption"
    if _plain(wanted) in offered:
        yield Found(Weight.FINE, f"{wanted} offers {what}")
    else:
        yield Found(Weight.REFUSED, f"{wanted} does not offer {what}", f"az {' '.join(command)} --output table")


def _provider(environment: Mapping[str, str], az: AzureCli, _: Mapping[str, Any]) -> Iterator[Found]:
    if environment.get("OFFBOARDING_NETWORK", "public") == "public":
        return
    if az.ask("provider", "show", "--namespace", "Microsoft.App")["registrationState"] == "Registered":
        yield Found(Weight.FINE, "Microsoft.App is registered")
    else:
        yield Found(
            Weight.REFUSED,
            "the app joins a network through Microsoft.App, which is not registered in this subscription",
            "az provider register --namespace Microsoft.App --wait",
        )


def _subnet(environment: Mapping[str, str], az: AzureCli, _: Mapping[str, Any]) -> Iterator[Found]:
    given = environment.get("OFFBOARDING_APP_SUBNET_ID", "")
    if not given:
        return
    subscription, group, *_between, network, _kind, name = _parts(given, least=11)
    command = ["network", "vnet", "subnet", "show", "--resource-group", group, "--vnet-name", network, "--name", name]
    found = az.of(subscription).ask(*command)
    if JOINED in {str(one.get("serviceName")) for one in found.get("delegations") or []}:
        yield Found(Weight.FINE, f"subnet {name} is delegated")
    else:
        what = f"subnet {name} is not delegated to {JOINED}: no Flex Consumption app can join it"
        words = [*command[:3], "update", *command[4:], "--delegations", JOINED]
        yield Found(Weight.REFUSED, what, f"az {' '.join(words)} --subscription {subscription}")


def _vault(environment: Mapping[str, str], az: AzureCli, _: Mapping[str, Any]) -> Iterator[Found]:
    given = environment.get("OFFBOARDING_KEY_VAULT_ID", "")
    if not given:
        return
    subscription, group, *_between, name = _parts(given, least=9)
    found = az.of(subscription).ask("keyvault", "show", "--resource-group", group, "--name", name)["properties"]
    lacks = [what for key, what in VAULT_NEEDS.items() if found.get(key) is not True]
    if not lacks:
        yield Found(Weight.FINE, f"vault {name} can be used")
    for what in lacks:
        yield Found(Weight.REFUSED, f"vault {name} has no {what}", "its owner can change that")


def _parts(resource_id: str, *, least: int) -> list[str]:
    """Subscription, group, and what follows. Raises AzureCliError for what is no id of a resource."""
    parts = resource_id.split("/")
    if len(parts) < least or parts[1] != "subscriptions":
        raise AzureCliError(f"{resource_id} is no id of a resource: /subscriptions/…")
    return [parts[2], *parts[4:]]


def _roles(_: Mapping[str, str], az: AzureCli, account: Mapping[str, Any]) -> Iterator[Found]:
    scope = f"/subscriptions/{account['id']}"
    who = str(account["user"]["name"])
    given = az.ask(
        "role", "assignment", "list", "--assignee", who, "--scope", scope, "--include-inherited", "--include-groups"
    )
    roles = {str(one["roleDefinitionName"]) for one in given}
    if OWNER in roles or roles >= {CONTRIBUTOR, ADMINISTRATOR}:
        yield Found(Weight.FINE, f"roles on the subscription: {', '.join(sorted(roles))}")
        return
    yield Found(
        Weight.REFUSED,
        f"the deployment makes resources, defines two roles and gives roles; {who} has "
        f"{', '.join(sorted(roles)) or 'no role'} on the subscription",
        f"needed: {OWNER}, or {CONTRIBUTOR} with {ADMINISTRATOR}",
    )


def _cores(environment: Mapping[str, str]) -> Iterator[Found]:
    instances = environment.get("OFFBOARDING_MAXIMUM_INSTANCES") or "40"
    memory = environment.get("OFFBOARDING_INSTANCE_MEMORY_MB") or "2048"
    if not instances.isdecimal() or memory not in CORES:
        return  # The template says what is allowed.
    cores = int(instances) * CORES[memory]
    if cores > CORES_OF_A_SUBSCRIPTION:
        yield Found(
            Weight.NOTE,
            f"one function may take {cores:g} cores; a subscription has {CORES_OF_A_SUBSCRIPTION} in a region, "
            "for all its Flex Consumption apps",
            "azd env set OFFBOARDING_MAXIMUM_INSTANCES <fewer>, or ask Microsoft for more",
        )
