"""Forgeries of one place in a snapshot, each by somebody who has no key."""

from __future__ import annotations

from tests.functional.forging import Forgery, Line, head_in

STRANGER = "c0ffee00-0000-4000-8000-00000000dead"


def other_approver(lines: list[Line]) -> list[Line]:
    head_in(lines)["approval"]["by"]["id"] = "11111111-0000-4000-8000-000000000001"
    return lines


def more_steps(lines: list[Line]) -> list[Line]:
    head_in(lines)["approval"]["steps"].append("0123456789abcdef")
    return lines


def other_plan(lines: list[Line]) -> list[Line]:
    head_in(lines)["approval"]["digest"] = "0" * 64
    return lines


def other_customer(lines: list[Line]) -> list[Line]:
    head_in(lines)["customer"]["id"] = STRANGER
    return lines


def other_request(lines: list[Line]) -> list[Line]:
    head = head_in(lines)
    head["customer"]["id"] = head["request"]["customer_id"] = STRANGER
    return lines


def other_name(lines: list[Line]) -> list[Line]:
    head_in(lines)["request"]["company_name"] = "Victim"
    return lines


def other_domain(lines: list[Line]) -> list[Line]:
    head_in(lines)["request"]["domain"] = "victim.example"
    return lines


def wider(lines: list[Line]) -> list[Line]:
    head_in(lines)["request"]["commitments"] = "stop_and_report"
    return lines


def moved(lines: list[Line]) -> list[Line]:
    """Under the id of another offboarding, with all that is beside it."""
    head_in(lines)["id"] = "0ff0ff00-0000-4000-8000-000000000001"
    return [line | {"of": "0ff0ff00-0000-4000-8000-000000000001"} for line in lines]


def shortened(lines: list[Line]) -> list[Line]:
    """The last entries are dropped."""
    dropped = [line for line in lines if line["is"] == "evidence"][-2:]
    return [line for line in lines if line not in dropped]


def no_evidence(lines: list[Line]) -> list[Line]:
    head_in(lines)["evidence"] = {"entries": 0, "head": "0" * 64, "open": []}
    return [line for line in lines if line["is"] not in ("evidence", "aside")]


def changed_entry(lines: list[Line]) -> list[Line]:
    third = [line for line in lines if line["is"] == "evidence"][2]
    third["value"] = third["value"].replace('"seq":3', '"seq":3 ')
    return lines


def other_text(lines: list[Line]) -> list[Line]:
    next(line for line in lines if line["is"] == "aside")["value"]["text"] = "another one"
    return lines


def no_request(entries: list[Line]) -> list[Line]:
    return [entries[0] | {"kind": "note"}, *entries[1:]]


def no_approval(entries: list[Line]) -> list[Line]:
    return [entry | {"kind": "note"} if entry["kind"] == "approval" else entry for entry in entries]


def other_plans(entries: list[Line]) -> list[Line]:
    return [entry | {"data": {"holdings": 99}} if entry["kind"] == "plan" else entry for entry in entries]


def rejected(entries: list[Line]) -> list[Line]:
    last = next(entry for entry in entries if entry["kind"] == "approval")
    return [*entries, {**last, "kind": "rejection"}]


def and_unapproved(forgery: Forgery) -> Forgery:
    def both(lines: list[Line]) -> list[Line]:
        head_in(lines)["approval"] = None
        return forgery(lines)

    return both
