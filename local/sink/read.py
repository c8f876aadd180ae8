"""From the body of a channel to a title and a text for people. Raises ValueError for what the real service refuses."""

from __future__ import annotations

import json
from typing import Any

CARD = "application/vnd.microsoft.card.adaptive"
LARGEST_CARD = 28 * 1024
"""Bytes (Microsoft Teams connector, "Known issues and limitations")."""


def read_json(body: bytes) -> dict[str, Any]:
    """The object in a body."""
    found = json.loads(body)
    if not isinstance(found, dict):
        raise ValueError("the body must be a JSON object")
    return found


def read_card(body: bytes) -> tuple[str, str]:
    """Of a Teams workflow: a message with Adaptive Cards."""
    message = read_json(body)
    cards = [one.get("content") for one in message.get("attachments", ()) if one.get("contentType") == CARD]
    if message.get("type") != "message" or not cards or not all(isinstance(card, dict) for card in cards):
        raise ValueError("the body must be a message with Adaptive Cards")
    if len(body) > LARGEST_CARD:
        raise ValueError(f"a message has at most {LARGEST_CARD} bytes")
    lines = [_line(block) for card in cards for block in card["body"]]
    lines += [f"{action['title']}: {action['url']}" for card in cards for action in card.get("actions", ())]
    return lines[0], "\n".join(lines[1:])


def _line(block: dict[str, Any]) -> str:
    if block.get("type") != "RichTextBlock":
        raise ValueError(f"a block of type {block.get('type')} is not shown here")
    return "".join(str(run["text"]) for run in block["inlines"])


def read_mail(body: bytes) -> tuple[str, str]:
    """Of Azure Communication Services ("Email - Send")."""
    mail = read_json(body)
    content, to = mail.get("content", {}), mail.get("recipients", {}).get("to", ())
    if not mail.get("senderAddress") or not to or not content.get("subject"):
        raise ValueError("a mail needs senderAddress, recipients.to and content.subject")
    recipients = ", ".join(str(one["address"]) for one in to)
    return str(content["subject"]), f"to {recipients}\n{content.get('plainText', '')}"


def read_hook(body: bytes) -> tuple[str, str]:
    """Of a web hook: a CloudEvent."""
    event = read_json(body)
    return str(event.get("type", "")), str(event.get("subject", ""))
