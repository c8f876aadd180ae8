"""A mail for Azure Communication Services: plain text and HTML, everything of others escaped.

Shape: "Email - Send" of its REST interface, api-version 2023-03-31.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from html import escape

from shared.domain.notices.notice import Notice

PATH = "/emails:send?api-version=2023-03-31"


def mail_body(notice: Notice, sender: str, recipients: Sequence[str]) -> bytes:
    """The request's body."""
    return json.dumps(
        {
            "senderAddress": sender,
            "recipients": {"to": [{"address": one} for one in recipients]},
            "content": {
                "subject": " ".join(notice.title.split()),
                "plainText": "\n".join(_plain(notice)),
                "html": "".join(_html(notice)),
            },
            "userEngagementTrackingDisabled": True,
        },
        ensure_ascii=False,
    ).encode()


def _plain(notice: Notice) -> Iterator[str]:
    yield notice.title
    yield ""
    for name, text in (*notice.parts, *notice.facts):
        yield f"{name}: {text}"
    for text, link in notice.entries:
        yield f"- {text}" + (f"\n  {link}" if link else "")
    if notice.link:
        yield ""
        yield f"Open in the console: {notice.link}"


def _html(notice: Notice) -> Iterator[str]:
    yield f"<h2>{escape(notice.title)}</h2>"
    for name, text in notice.parts:
        yield f"<p><strong>{escape(name)}:</strong> {escape(text)}</p>"
    if notice.facts:
        rows = (f"<tr><td>{escape(name)}</td><td>{escape(text)}</td></tr>" for name, text in notice.facts)
        yield f"<table>{''.join(rows)}</table>"
    if notice.entries:
        yield f"<ul>{''.join(f'<li>{_linked(text, link)}</li>' for text, link in notice.entries)}</ul>"
    if notice.link:
        yield f"<p>{_linked('Open in the console', notice.link)}</p>"


def _linked(text: str, link: str) -> str:
    return f'<a href="{escape(link)}">{escape(text)}</a>' if link else escape(text)
