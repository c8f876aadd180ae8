"""What must hold of everything that the template makes. Each rule names what breaks it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tests.unit.infra.support import INFRA, ROOT, load
from tools.bicep_check.deployed.values import Deployment, Made

Rule = Callable[[Deployment, Mapping[str, Any]], Iterator[str]]
BUS, STORAGE = "Microsoft.ServiceBus/namespaces", "Microsoft.Storage/storageAccounts"
VAULT, SITE, LOCK = "Microsoft.KeyVault/vaults", "Microsoft.Web/sites", "Microsoft.Authorization/locks"
BLOBS = f"{STORAGE}/blobServices"
OLD = ("baseBlob", "version")
HOLDING = (BUS, STORAGE, VAULT)
"""What holds something: messages, the record, evidence, code, secrets."""


def _wanted(resources: list[Made], **properties: Any) -> Iterator[str]:
    if not resources:
        yield "nothing of the kind is made"
    for one in resources:
        for name, value in properties.items():
            if one.properties.get(name) != value:
                yield f"{one.type} {one.name}: {name} is {one.properties.get(name)!r}"


def settings(made: Deployment) -> dict[str, Any]:
    """The settings of the app."""
    [found] = [one for one in made.of_type(f"{SITE}/config") if one.name == "appsettings"]
    return found.properties


def no_keys(made: Deployment, _: Mapping[str, Any]) -> Iterator[str]:
    """Nobody signs in with anything but Entra."""
    yield from _wanted(made.of_type(BUS), disableLocalAuth=True)
    yield from _wanted(made.of_type(STORAGE), allowSharedKeyAccess=False, allowBlobPublicAccess=False)
    yield from _wanted(made.of_type("Microsoft.Insights/components"), DisableLocalAuth=True)
    yield from _wanted(made.of_type(VAULT), enableRbacAuthorization=True)
    passwords = made.of_type(f"{SITE}/basicPublishingCredentialsPolicies")
    if {one.name for one in passwords} != {"scm", "ftp"}:
        yield "a way of publishing with a password is not looked at"
    yield from _wanted(passwords, allow=False)
    yield from (f"{one.type} makes keys" for one in made.resources if "authorizationrules" in one.type.casefold())
    for name, value in settings(made).items():
        if name in {"ServiceBus", "AzureWebJobsStorage", "OFFBOARDING_TABLE_CONNECTION"}:
            yield f"setting {name} is a connection string"
        if re.search(r"(?i)(accountkey|sharedaccesskey|sig)=", str(value)):
            yield f"setting {name} holds a key"


def no_secret_leaves(made: Deployment, _: Mapping[str, Any]) -> Iterator[str]:
    """Outputs stay readable in the history of deployments; secrets reach the app as references."""
    for name, value in made.outputs.items():
        if re.search(r"(?i)connectionstring|instrumentationkey|password|secret|listkeys", f"{name} {value}"):
            yield f"output {name}"
    for name in ("OFFBOARDING_CLIENT_SECRET", "OFFBOARDING_CLIENT_CERTIFICATE"):
        value = settings(made).get(name)
        if value is not None and not str(value).startswith("@Microsoft.KeyVault(SecretUri="):
            yield f"setting {name} is no reference"


def tls(made: Deployment, _: Mapping[str, Any]) -> Iterator[str]:
    """Nothing takes less than TLS 1.2."""
    yield from _wanted(made.of_type(BUS), minimumTlsVersion="1.2")
    yield from _wanted(made.of_type(STORAGE), minimumTlsVersion="TLS1_2", supportsHttpsTrafficOnly=True)
    yield from _wanted(made.of_type(SITE), httpsOnly=True)
    for site in made.of_type(SITE):
        wanted = {"minTlsVersion": "1.2", "scmMinTlsVersion": "1.2", "ftpsState": "Disabled"}
        if {name: site.properties["siteConfig"].get(name) for name in wanted} != wanted:
            yield f"{site.name}: {site.properties['siteConfig']}"
    for config in made.of_type(f"{SITE}/config"):
        if config.name == "authsettingsV2" and not config.properties["httpSettings"]["requireHttps"]:
            yield "sign-in without https"


def private(made: Deployment, given: Mapping[str, Any]) -> Iterator[str]:
    """Asked for a private network, whatever holds something has an address there and none outside."""
    holding = [one for kind in HOLDING for one in made.of_type(kind)]
    asked = given.get("network", "public") == "private"
    yield from _wanted(holding, publicNetworkAccess="Disabled" if asked else "Enabled")
    endpoints = made.of_type("Microsoft.Network/privateEndpoints")
    [site] = made.of_type(SITE)
    if not asked:
        yield from (f"{one.name} was not asked for" for one in endpoints)
        return
    if not site.properties["virtualNetworkSubnetId"]:
        yield "the app is not in the network"
    yield from (
        f"{one.name}: from outside {one.properties['networkAcls']}"
        for one in holding
        if one.type != BUS and one.properties["networkAcls"]["defaultAction"] != "Deny"
    )
    reached: dict[str, set[str]] = {}
    for one in endpoints:
        for connection in one.properties["privateLinkServiceConnections"]:
            inner = connection["properties"]
            reached.setdefault(inner["privateLinkServiceId"], set()).update(inner["groupIds"])
    parts = {
        "storage": {"table"},
        "evidence": {"blob"},
        "snapshots": {"blob"},
        "host-storage": {"blob", "queue", "table"},
    }
    for one in holding:
        wanted = parts.get(one.source, {"vault"} if one.type == VAULT else {"namespace"})
        if reached.get(one.id) != wanted:
            yield f"{one.name}: private for {reached.get(one.id)} and not for {wanted}"
    zones = {one.name for one in made.of_type("Microsoft.Network/privateDnsZones")}
    for group in made.of_type("Microsoft.Network/privateEndpoints/privateDnsZoneGroups"):
        for config in group.properties["privateDnsZoneConfigs"]:
            zone = config["properties"]["privateDnsZoneId"].rpartition("/")[2]
            if given.get("privateDns", "make") == "make" and zone not in zones:
                yield f"there is no zone {zone}"


def locks(made: Deployment, given: Mapping[str, Any]) -> Iterator[str]:
    """Asked for locks, what cannot be made again has one; otherwise a trial can be taken down."""
    kept = {one.target for one in made.of_type(LOCK)}
    keeping = [*made.of_type(BUS), *made.of_type(VAULT)]
    keeping += [one for one in made.of_type(STORAGE) if one.source in {"storage", "evidence", "snapshots"}]
    wanted = {one.id for one in keeping} if given.get("deleteLocks", "off") == "on" else set()
    yield from (f"locked or not: {place}" for place in kept ^ wanted)
    yield from (
        f"{one.target}: {one.properties}" for one in made.of_type(LOCK) if one.properties["level"] != "CanNotDelete"
    )


def evidence(made: Deployment, _: Mapping[str, Any]) -> Iterator[str]:
    """Evidence can be taken back and not be changed, and the app cannot delete it."""
    for blobs in made.of_type(BLOBS):
        for name in ("deleteRetentionPolicy", "containerDeleteRetentionPolicy"):
            policy = blobs.properties.get(name, {})
            if not policy.get("enabled") or policy.get("days", 0) < 14:
                yield f"{blobs.id}: {name} {policy}"
    [account] = [one for one in made.of_type(STORAGE) if one.source == "evidence"]
    [blobs] = [one for one in made.of_type(BLOBS) if one.source == "evidence"]
    if not blobs.properties.get("isVersioningEnabled"):
        yield "versions are off"
    [container] = [one for one in made.of_type(f"{BLOBS}/containers") if one.source == "evidence"]
    if not container.properties.get("immutableStorageWithVersioning", {}).get("enabled"):
        yield "the container forbids nothing"
    if not made.of_type(f"{BLOBS}/containers/immutabilityPolicies"):
        yield "there is no policy"
    for role in made.of_type("Microsoft.Authorization/roleDefinitions"):
        for permission in role.properties["permissions"]:
            allowed = [*permission["actions"], *permission["dataActions"]]
            yield from (
                f"{role.properties['roleName']}: {one}"
                for one in allowed
                if re.search(r"(?i)delete|\*|move|purge|runasSuper", one)
            )
    [site] = made.of_type(SITE)
    package = site.properties["functionAppConfig"]["deployment"]["storage"]["value"]
    for one in made.of_type(STORAGE):
        host = any(one.name in str(text) for text in (package, settings(made)["AzureWebJobsStorage__blobServiceUri"]))
        if host != (one.source == "host-storage"):
            yield f"{one.name} holds what belongs to the host, and something else, or neither"
    if account.name in settings(made)["OFFBOARDING_TABLE_ENDPOINT"]:
        yield "the record lies with the evidence"


def snapshots(made: Deployment, _: Mapping[str, Any]) -> Iterator[str]:
    """Snapshots lie apart from the record, nobody takes one away by writing over it, and a rule deletes old ones."""
    [account] = [one for one in made.of_type(STORAGE) if one.source == "snapshots"]
    container = settings(made)["OFFBOARDING_SNAPSHOT_CONTAINER"]
    if account.name not in str(container) or not str(container).endswith("snapshots"):
        yield f"snapshots go to {container}"
    if account.name in settings(made)["OFFBOARDING_TABLE_ENDPOINT"]:
        yield "they lie with the record"
    [blobs] = [one for one in made.of_type(BLOBS) if one.source == "snapshots"]
    if not blobs.properties.get("isVersioningEnabled"):
        yield "versions are off"
    own = {one.id for one in made.of_type("Microsoft.Authorization/roleDefinitions")}
    for one in made.of_type("Microsoft.Authorization/roleAssignments"):
        if one.source == "snapshots" and one.properties["roleDefinitionId"] not in own:
            yield f"a built-in role, which may delete: {one.properties['roleDefinitionId']}"
    for policy in made.of_type(f"{STORAGE}/managementPolicies"):
        for rule in policy.properties["policy"]["rules"]:
            actions = rule["definition"]["actions"]
            days = [actions.get(of, {}).get("delete", {}).get("daysAfterCreationGreaterThan") for of in OLD]
            if rule["enabled"] is not True or days != [35, 35]:
                yield f"old ones stay: {rule}"


def vault(made: Deployment, _: Mapping[str, Any]) -> Iterator[str]:
    """What the vault holds cannot be destroyed for good within 90 days."""
    yield from _wanted(
        made.of_type(VAULT), enablePurgeProtection=True, enableSoftDelete=True, softDeleteRetentionInDays=90
    )


def queues(made: Deployment, _: Mapping[str, Any]) -> Iterator[str]:
    """The namespace has what servicebus.json lists."""
    listed = load(INFRA / "servicebus.json")
    wanted = {("queues", one["name"]): one["properties"] for one in listed["queues"]}
    wanted |= {("topics", one["name"]): one["properties"] for one in listed["topics"]}
    wanted |= {
        ("subscriptions", one["name"]): one["properties"]
        for topic in listed["topics"]
        for one in topic["subscriptions"]
    }
    found = {
        (one.type.rpartition("/")[2], one.name): one.properties
        for one in made.resources
        if one.type.startswith(f"{BUS}/")
    }
    yield from (f"{place}" for place in wanted.keys() | found.keys() if wanted.get(place) != found.get(place))


def everything_is_watched(made: Deployment, _: Mapping[str, Any]) -> Iterator[str]:
    """What holds something tells who touched it."""
    watched = {one.target for one in made.of_type("Microsoft.Insights/diagnosticSettings")}
    for one in [*made.of_type(BUS), *made.of_type(VAULT), *made.of_type(SITE)]:
        if one.id not in watched:
            yield f"{one.name} is not"
    for one in made.of_type(STORAGE):
        if one.source != "host-storage" and not any(place.startswith(f"{one.id}/") for place in watched):
            yield f"{one.name} is not"


def alerts(made: Deployment, given: Mapping[str, Any]) -> Iterator[str]:
    """There is an alert for each section of the runbook, and no other; somebody is told of each."""
    page = (ROOT / "docs/runbook.md").read_text(encoding="utf-8")
    wanted = set(re.findall(r"^### ([a-z-]+)$", page, re.MULTILINE))
    rules = [
        one for kind in ("metricAlerts", "scheduledQueryRules") for one in made.of_type(f"Microsoft.Insights/{kind}")
    ]
    if not wanted:
        yield "the page lists none"
    yield from wanted ^ {one.name.rpartition("-")[0] for one in rules}
    yield from (f"{one.name} is off" for one in rules if one.properties.get("enabled") is not True)
    if given.get("alertEmail"):
        yield from (f"{one.name} tells nobody" for one in rules if not _told(one.properties["actions"]))


def _told(actions: Any) -> bool:
    return bool(actions.get("actionGroups") if isinstance(actions, Mapping) else actions)


RULES: Mapping[str, Rule] = {
    rule.__name__: rule
    for rule in (
        *(no_keys, no_secret_leaves, tls, private, locks, evidence, snapshots, vault),
        *(queues, alerts, everything_is_watched),
    )
}
