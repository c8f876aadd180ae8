"""The settings of notifications."""

from __future__ import annotations

from shared.composition.settings.setting import Section, Setting

_SEVERAL = "Of a second one with the target's name at the end: `{0}_SALES` for `{1}/sales`."

NOTICES = Section(
    "Notifications",
    (
        Setting(
            "OFFBOARDING_NOTIFY_RULES",
            "Who is told what, rules separated by `;`: `name: events to target`, then, where wanted, `for customers`, "
            "`in batches`, `digest above N in M minutes` ([how](notifications.md#rules)). Absent: nobody is told.",
        ),
        Setting(
            "OFFBOARDING_NOTIFY_HOSTS",
            "The only hosts that notifications are sent to, separated by commas; `*.contoso.com` for all below one.",
            required="with rules",
        ),
        Setting(
            "OFFBOARDING_NOTIFY_TEAMS_URL",
            "The address of a Teams workflow, a secret: a Key Vault reference in Azure. "
            + _SEVERAL.format("OFFBOARDING_NOTIFY_TEAMS_URL", "teams"),
            required="with a rule to `teams`",
        ),
        Setting(
            "OFFBOARDING_NOTIFY_WEBHOOK_URL",
            "The address of a web hook, a secret likewise. "
            + _SEVERAL.format("OFFBOARDING_NOTIFY_WEBHOOK_URL", "webhook"),
            required="with a rule to `webhook`",
        ),
        Setting(
            "OFFBOARDING_NOTIFY_WEBHOOK_KEY",
            "What signs its messages, a secret likewise: `whsec_` and 24 to 64 bytes in base64; two, separated by a "
            "blank, while one replaces the other. " + _SEVERAL.format("OFFBOARDING_NOTIFY_WEBHOOK_KEY", "webhook"),
            required="with a rule to `webhook`",
        ),
        Setting(
            "OFFBOARDING_NOTIFY_EMAIL_ENDPOINT",
            "The address of the Communication Service that sends mail, with the managed identity.",
            required="with a rule to `email`",
        ),
        Setting(
            "OFFBOARDING_NOTIFY_EMAIL_FROM",
            "The sender's address, of a verified domain.",
            required="with a rule to `email`",
        ),
        Setting(
            "OFFBOARDING_NOTIFY_EMAIL_TO",
            "The recipients' addresses, separated by commas. "
            + _SEVERAL.format("OFFBOARDING_NOTIFY_EMAIL_TO", "email"),
            required="with a rule to `email`",
        ),
        Setting(
            "OFFBOARDING_NOTIFY_CONSOLE_URL",
            "Base address that links to the console begin with, where people reach it under another than "
            "`WEBSITE_HOSTNAME`.",
        ),
    ),
)
