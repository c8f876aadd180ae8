"""An Adaptive Card for a Teams workflow ("When a Teams webhook request is received").

Text goes into RichTextBlock: its text runs know no Markdown and no functions, so that a customer's name stays a name.
"""

from __future__ import annotations

import json
from typing import Any

from shared.domain.notices.notice import Notice

LARGEST = 24 * 1024
"""Bytes. Teams takes messages of about 28 KB (Microsoft Teams connector, "Known issues and limitations")."""
_RUN = {"type": "TextRun"}


def teams_body(notice: Notice) -> bytes:
    """The card as JSON; entries of a long digest are left out at its end, and said to be."""
    shown = len(notice.entries)
    body = _body(notice, shown)
    while len(body) > LARGEST and shown:
        shown -= max(1, shown // 10)
        body = _body(notice, shown)
    return body


def _body(notice: Notice, shown: int) -> bytes:
    items: list[dict[str, Any]] = [_text({**_RUN, "text": notice.title, "weight": "bolder", "size": "large"})]
    items += [
        _text({**_RUN, "text": f"{name}: ", "weight": "bolder"}, {**_RUN, "text": text}) for name, text in notice.parts
    ]
    items += [
        _text({**_RUN, "text": f"{name}: ", "isSubtle": True}, {**_RUN, "text": text}) for name, text in notice.facts
    ]
    items += [_text(_entry(text, link)) for text, link in notice.entries[:shown]]
    if shown < len(notice.entries):
        items.append(_text({**_RUN, "text": f"and {len(notice.entries) - shown} more"}))
    card: dict[str, Any] = {
        "type": "AdaptiveCard",
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "version": "1.4",
        "fallbackText": notice.title,
        "msteams": {"width": "Full"},
        "body": items,
    }
    if notice.link:
        card["actions"] = [{"type": "Action.OpenUrl", "title": "Open in the console", "url": notice.link}]
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return json.dumps({"type": "message", "attachments": [attachment]}, ensure_ascii=False).encode()


def _text(*runs: dict[str, Any]) -> dict[str, Any]:
    return {"type": "RichTextBlock", "inlines": list(runs)}


def _entry(text: str, link: str) -> dict[str, Any]:
    run: dict[str, Any] = {**_RUN, "text": text}
    return {**run, "selectAction": {"type": "Action.OpenUrl", "url": link}} if link else run
