"""What the demo prints: live progress on stderr, timeline and proofs on stdout."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

WIDTH = 160
"""Characters of the text of one entry; the evidence has all of it."""
MILESTONES = frozenset({"received", "planned", "removal.accepted", "proven"})


class Progress:
    """Prints every new timeline entry of one offboarding once; `brief` leaves out all but states and milestones."""

    def __init__(self, tell: Callable[[str], None], *, brief: bool = False) -> None:
        self._tell = tell
        self._brief = brief
        self._seen = 0
        self._names: dict[str, str] = {}

    def show(self, shown: dict[str, Any]) -> None:
        """Tell what is new since the last call."""
        self._names.update({item["key"]: item["name"] for item in shown.get("holdings", [])})
        for entry in shown.get("timeline", []):
            if entry["seq"] > self._seen:
                self._seen = entry["seq"]
                if self._brief and not (entry["what"].startswith("state.") or entry["what"] in MILESTONES):
                    continue
                self._tell(line(entry, self._names))
                if entry["what"].startswith("state.waiting") and "paidUntil" in shown:
                    self._tell(f"   … being paid until {shown['paidUntil']}")


def line(entry: dict[str, Any], names: dict[str, str]) -> str:
    """One timeline entry for people."""
    key, detail = entry.get("holding", ""), entry.get("detail", "")
    holding = names.get(key, "" if detail else key)
    text = cut(": ".join(dict.fromkeys(filter(None, (holding, detail)))))
    answer = entry.get("answer", "")
    shown = f"{text} → {answer}" if text and answer else text or answer
    return f"   {entry['at'][:19]}  {entry.get('stage', '')!s:<8} {entry['what']:<34} {shown}".rstrip()


def cut(text: str, width: int = WIDTH) -> str:
    """At most so many characters, ended at a word; one word that is longer than all of it is cut inside."""
    if len(text) <= width:
        return text
    head = text[: width - 1]
    words = head.rpartition(" ")[0].rstrip(" ,;:")
    return f"{words} …" if words else f"{head}…"


def print_outcome(outcome: dict[str, Any]) -> None:
    """The whole timeline and the proofs of one customer."""
    names = {item["key"]: item["name"] for item in outcome.get("holdings", [])}
    customer = outcome["customer"]
    title = f"{customer['companyName']} ({customer['tenantId']}): {outcome['status']}"
    rows = ["", f"━━ {title}", "   timeline (business time, UTC)"]
    rows += [line(entry, names) for entry in outcome["timeline"]]
    rows += ["   proofs"] if outcome.get("proofs") else []
    rows += [f"   {'✔' if p['holds'] else '✘'} {p['name']:<18} {p['detail']}" for p in outcome.get("proofs", [])]
    rows += [f"   not restored: {item['name']}: {item['detail']}" for item in outcome.get("notRestored", [])]
    if "reason" in outcome:
        rows.append(f"   {outcome['reason']['text']}. {outcome['reason'].get('operatorAction', '')}")
    if "reestablishUrl" in outcome:
        rows.append(f"   To start again, the customer opens: {outcome['reestablishUrl']}")
    sys.stdout.write("\n".join(rows) + "\n")
