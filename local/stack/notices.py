"""Who is told what on one machine: everything that people wait for reaches the sink, and nothing leaves the machine."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

from local.stack.folder import write_private

KEY_FILE = "webhook-key"


def webhook_key(function_key: str) -> str:
    """The key of web hooks, the same for a folder as long as its function key is."""
    return f"whsec_{base64.b64encode(hashlib.sha256(f'webhook {function_key}'.encode()).digest()).decode()}"


def keep_key(folder: Path, function_key: str) -> None:
    """Where the sink reads it."""
    write_private(folder / KEY_FILE, webhook_key(function_key))


def notice_settings(sink: str, function_key: str) -> dict[str, str]:
    """Rules for every channel; `sink` is the address of the sink."""
    return {
        "OFFBOARDING_NOTIFY_RULES": (
            "desk: people, outcomes to teams; approvers: awaiting_approval to email; crm: people, outcomes to webhook"
        ),
        "OFFBOARDING_NOTIFY_HOSTS": "127.0.0.1",
        "OFFBOARDING_NOTIFY_TEAMS_URL": f"{sink}/teams",
        "OFFBOARDING_NOTIFY_EMAIL_ENDPOINT": sink,
        "OFFBOARDING_NOTIFY_EMAIL_FROM": "pipeline@partner.example",
        "OFFBOARDING_NOTIFY_EMAIL_TO": "approvers@partner.example",
        "OFFBOARDING_NOTIFY_WEBHOOK_URL": f"{sink}/webhook",
        "OFFBOARDING_NOTIFY_WEBHOOK_KEY": webhook_key(function_key),
    }
