"""docs/notifications.md: its sample is the file that is tested here, and its rules are rules."""

from __future__ import annotations

import base64
import re
import runpy
import time
from pathlib import Path
from typing import Any

from shared.adapters.notices.signature import signed
from shared.composition.settings.notice_rules import GROUPS, read_rules
from shared.composition.settings.reader import Reader
from shared.domain.notices.tries import WAITS

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "notifications.md").read_text(encoding="utf-8")
SAMPLE = ROOT / "samples" / "python" / "verify_webhook.py"
SECRET = b"s" * 32
KEY = f"whsec_{base64.b64encode(SECRET).decode()}"


def test_the_sample_on_the_page_is_the_file() -> None:
    [block] = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert block == SAMPLE.read_text(encoding="utf-8")


def test_the_sample_takes_what_is_genuine_and_nothing_else() -> None:
    verify: Any = runpy.run_path(str(SAMPLE))["is_genuine"]
    now, body = int(time.time()), b'{"id": "event-1"}'

    def headers(at: int, keys: tuple[bytes, ...] = (SECRET,)) -> dict[str, str]:
        value = signed("event-1", at, body, keys)
        return {"webhook-id": "event-1", "webhook-timestamp": str(at), "webhook-signature": value}

    assert verify(headers(now), body, KEY)
    assert verify(headers(now, (b"n" * 32, SECRET)), body, KEY)
    assert not verify(headers(now, (b"n" * 32,)), body, KEY)
    assert not verify(headers(now), body + b" ", KEY)
    assert not verify(headers(now) | {"webhook-id": "event-2"}, body, KEY)
    assert not verify(headers(now - 400), body, KEY)
    assert not verify({}, body, KEY)


def test_the_rules_on_the_page_are_rules() -> None:
    text = PAGE[PAGE.index("    duty: people") : PAGE.index("Each reads")]
    reader = Reader({"OFFBOARDING_NOTIFY_RULES": text})
    found = read_rules(reader, "OFFBOARDING_NOTIFY_RULES")
    assert reader.problems == []
    assert [rule.name for rule in found] == ["duty", "sales", "approvers", "crm"]
    shown = re.search(r"`people` \(([^)]*)\)", PAGE)
    assert shown
    assert {f"offboarding.{word.strip(' `')}.v1" for word in shown[1].split(",")} == GROUPS["people"]


def test_the_waits_on_the_page_are_the_waits() -> None:
    assert "after 10 seconds, 1, 5 and 30 minutes, 2, 5 and 10 hours" in PAGE
    assert [wait.total_seconds() for wait in WAITS] == [10, 60, 300, 1800, 7200, 18000, 36000]
