"""Every setting in one table: the reader refuses a name that is not here, and docs/reference.md shows all of them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from shared.composition.settings.notices_table import NOTICES
from shared.composition.settings.policy_table import POLICY
from shared.composition.settings.setting import Section as Section
from shared.composition.settings.setting import Setting as Setting
from shared.composition.settings.telemetry_table import TELEMETRY

ALWAYS = "always"


PARTNER = Section(
    "Partner and mode",
    (
        Setting("OFFBOARDING_MODE", "`plan` writes nothing to a customer; `live` acts.", "plan"),
        Setting("OFFBOARDING_PARTNER_TENANT_ID", "The partner's own tenant; never offboarded.", required=ALWAYS),
        Setting("OFFBOARDING_PROTECTED_CUSTOMERS", "Tenant ids that are never offboarded, separated by commas."),
        Setting(
            "OFFBOARDING_INDIRECT_PROVIDER",
            "`true`: a request must name the reseller (`resellerMpnId`) where the customer has one.",
            "false",
        ),
        Setting(
            "OFFBOARDING_CLOUD",
            "The cloud of the partner account, with its four addresses: `global`, `us_government`, `china`.",
            "global",
        ),
    ),
)
SIGN_IN = Section(
    "Sign-in",
    (
        Setting("OFFBOARDING_CLIENT_ID", "The app registration that signs in.", required=ALWAYS),
        Setting(
            "OFFBOARDING_CLIENT_AUTH",
            "How it proves itself: `secret`, `certificate`, `federated` (the app's managed identity).",
            "secret",
        ),
        Setting(
            "OFFBOARDING_CLIENT_SECRET", "The client secret; a Key Vault reference in Azure.", required="for `secret`"
        ),
        Setting(
            "OFFBOARDING_CLIENT_CERTIFICATE",
            "PEM with unencrypted private key and certificate; a Key Vault reference in Azure.",
            required="for `certificate`, unless the file is given",
        ),
        Setting("OFFBOARDING_CLIENT_CERTIFICATE_FILE", "Path of the same PEM; it wins."),
        Setting(
            "OFFBOARDING_KEY_VAULT_URL",
            "The vault that holds the refresh token.",
            required="unless `OFFBOARDING_REFRESH_TOKEN_FILE` is given",
        ),
        Setting("OFFBOARDING_REFRESH_TOKEN_NAME", "The secret of that vault.", "partner-center-refresh-token"),
        Setting(
            "OFFBOARDING_REFRESH_TOKEN_FILE", "Path of a file instead of the vault, on one machine only; not both."
        ),
    ),
)
STORE_AND_BUS = Section(
    "Store and bus",
    (
        Setting("OFFBOARDING_STORE", "Where offboardings are kept: `sqlite`, or `table` in Azure.", "sqlite"),
        Setting("OFFBOARDING_SQLITE_FILE", "Path of the database.", required="for `sqlite`"),
        Setting(
            "OFFBOARDING_TABLE_ENDPOINT",
            "Address of the tables, with the managed identity.",
            required="for `table`, unless the connection is given",
        ),
        Setting("OFFBOARDING_TABLE_CONNECTION", "Connection string of the tables instead; not both."),
        Setting(
            "OFFBOARDING_RETENTION_DAYS", "How long a finished offboarding keeps personal data.", "400", unit="days"
        ),
        Setting(
            "ServiceBus__fullyQualifiedNamespace",
            "Host name of the Service Bus namespace, with the managed identity.",
            required="unless `ServiceBus` is given",
        ),
        Setting("ServiceBus", "Connection string of Service Bus instead; it wins."),
        Setting(
            "ServiceBus__clientId",
            "Client id of the managed identity towards all Azure services; absent: the default one.",
        ),
    ),
)
EVENTS = Section(
    "Events",
    (
        Setting(
            "OFFBOARDING_EVENT_SOURCE",
            "`source` of every event: a URI reference that names this deployment, at most 200 characters. Absent: "
            "`/offboarding-pipeline`, in Azure with the name of the app behind and its subscription before it.",
        ),
        Setting("WEBSITE_SITE_NAME", "The platform's own: the name of the app."),
        Setting("WEBSITE_OWNER_NAME", "The platform's own: its subscription, and more."),
    ),
)
PEOPLE = Section(
    "People and programs",
    (
        Setting(
            "WEBSITE_AUTH_ENABLED",
            "The platform's own, never to be set by hand: `True` where App Service Authentication is on.",
            "false",
        ),
        Setting(
            "WEBSITE_HOSTNAME",
            "The platform's own: where the app asks its host about a function key.",
            required="where App Service Authentication is on",
        ),
        Setting(
            "OFFBOARDING_KEY_NAMES",
            "Names of function keys for the record, `name=SHA-256 of the key in hex`, separated by commas; a key "
            'without one is called "a function key".',
        ),
        Setting(
            "OFFBOARDING_CALENDAR_KEYS",
            "Who may read the calendar with a key in its address: SHA-256 of each key in hex, separated by commas. "
            "Without one, people who are signed in alone.",
        ),
    ),
)
EVIDENCE = Section(
    "Evidence",
    (
        Setting(
            "OFFBOARDING_EVIDENCE_CONTAINER",
            "Address of the container that finished evidence is exported to; absent, with no folder either: it is "
            "not exported and not signed.",
        ),
        Setting(
            "OFFBOARDING_EVIDENCE_KEY_NAME",
            "The key of the vault that signs it.",
            required="with the container",
        ),
        Setting("OFFBOARDING_EVIDENCE_FOLDER", "Path of a folder instead of the container, on one machine only."),
        Setting(
            "OFFBOARDING_EVIDENCE_KEY_FILE",
            "Path of the private key (PEM) that signs it there; made when it is missing.",
            required="with the folder",
        ),
    ),
)
SNAPSHOTS = Section(
    "Snapshots",
    (
        Setting(
            "OFFBOARDING_SNAPSHOT_CONTAINER",
            "Address of the container that daily snapshots of the record go to; absent, with no folder either: none "
            "are taken.",
        ),
        Setting("OFFBOARDING_SNAPSHOT_FOLDER", "Path of a folder instead of the container, on one machine only."),
    ),
)
CALLS = Section(
    "Calls and pace",
    (
        Setting(
            "OFFBOARDING_CALLS_PER_MINUTE",
            "Share of Partner Center's 500 calls a minute, for each worker process; at least 60, so that one inventory "
            "fits into a minute.",
            "250",
            unit="calls a minute",
        ),
        Setting(
            "OFFBOARDING_CLAIM_SECONDS",
            "How long a handler holds an offboarding; must be longer than the host's functionTimeout, and than a call "
            "and the margin.",
            "900",
            unit="seconds",
        ),
        Setting(
            "OFFBOARDING_CALL_TIMEOUT_SECONDS",
            "The longest pause between two pieces of an answer, and the longest for its body.",
            "60",
            unit="seconds",
        ),
        Setting(
            "OFFBOARDING_MARGIN_SECONDS",
            "Kept free at the end of the claim, after the longest call.",
            "30",
            unit="seconds",
        ),
        Setting(
            "OFFBOARDING_SWEEP_GRACE_SECONDS",
            "How long a wake-up may be on its way before the sweeper sends another.",
            "300",
            unit="seconds",
        ),
        Setting(
            "OFFBOARDING_FIRST_RETRY_SECONDS",
            "Before the first retry of a call; doubles up to an hour.",
            "30",
            unit="seconds",
        ),
        Setting(
            "OFFBOARDING_SETTLE_POLL_SECONDS",
            "Before the first look for an effect; doubles up to an hour.",
            "120",
            unit="seconds",
        ),
        Setting(
            "AzureFunctionsJobHost__functionTimeout",
            "The host's own setting, `hh:mm:ss`; read to check the claim. Absent: that of host.json.",
        ),
    ),
)
ADDRESSES = Section(
    "Other addresses",
    (
        Setting(
            "OFFBOARDING_PARTNER_CENTER_URL", "Partner Center instead of the cloud's: https, or http on this machine."
        ),
        Setting("OFFBOARDING_LOGIN_URL", "The login service, likewise."),
        Setting("OFFBOARDING_GRAPH_URL", "Microsoft Graph, likewise."),
        Setting("OFFBOARDING_AZURE_URL", "Azure Resource Manager, likewise."),
        Setting("OFFBOARDING_CLOCK_FILE", "Path of the simulated clock, on one machine only."),
    ),
)

SCHEDULES = Section(
    "Schedules",
    (
        Setting(
            "OFFBOARDING_SWEEP_SCHEDULE",
            "When the sweeper and the watcher of dead letters run; six fields, in UTC. The host puts it into their "
            "timers. The Bicep sets every five minutes.",
            required=ALWAYS,
        ),
        Setting(
            "OFFBOARDING_RENEWAL_SCHEDULE",
            "When the refresh token is renewed; six fields, in UTC. The host puts it into the timer. The Bicep sets "
            "03:00 daily.",
            required=ALWAYS,
        ),
    ),
)

SECTIONS: tuple[Section, ...] = (
    PARTNER,
    POLICY,
    SIGN_IN,
    STORE_AND_BUS,
    EVENTS,
    EVIDENCE,
    SNAPSHOTS,
    PEOPLE,
    NOTICES,
    TELEMETRY,
    CALLS,
    ADDRESSES,
    SCHEDULES,
)
SETTINGS: Mapping[str, Setting] = MappingProxyType({row.name: row for section in SECTIONS for row in section.rows})
