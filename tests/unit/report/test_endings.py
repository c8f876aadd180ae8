"""Every kind of ending in every report and language: what has to be said, and what must never be."""

from __future__ import annotations

import re
from functools import cache
from html import unescape

import pytest
from icalendar import Calendar

from shared.domain.offboarding.record import Offboarding
from shared.domain.offboarding.states import Status
from shared.report.calendar import calendar
from shared.report.report import month_report, report
from shared.report.words import spoken
from tests.functional.endings import ENDINGS, Made

QUERIES = {"auditor": {}, "en": {"for": "customer"}, "de": {"for": "customer", "language": "de"}}
E3_GONE = {"en": "25 × Microsoft 365 E3 (licence) cancelled on 1 June 2026, 09:00", "de": "gekündigt am 01.06.2026"}
ENDED = {
    "auditor": "is removed, and that is proven (",
    "en": "made this possible ended on",
    "de": "möglich machte, endete am",
}
GONE = {
    "auditor": "is gone, and no removal of ours was accepted (",
    "en": "is over; we noticed it on",
    "de": "besteht nicht mehr; das haben wir am",
}
ENDING = {"en": "We are ending the reseller relationship", "de": "Sie besteht noch und endet, sobald"}
NOT_ENDED = {"en": "We have not ended the reseller relationship", "de": "nicht beendet."}
GOES_ON = {"auditor": "was called off", "en": "We are not ending", "de": "nicht: Sie besteht weiter."}
NOT_HERE = {"en": "Nothing was ended under this reference", "de": "Zu diesem Vorgang wurde nichts beendet."}

SAID: dict[str, dict[str, str]] = {
    "removed_at_once": {"auditor": "MS-RequestId", **E3_GONE},
    "removed_empty": {"auditor": "The customer held nothing.", "en": "You held no products", "de": "keine Produkte"},
    "removed_after_wait": {
        "auditor": "Paid until 2026-07-11 23:59 UTC",
        "en": "F3 (licence) has ended",
        "de": "beendet",
    },
    "removed_survivors": {
        "auditor": "Office 2024 (Perpetual software, completed): licensed for good",
        "en": "stays licensed to you",
        "de": "bleibt für Sie lizenziert",
    },
    "removed_refunds": {"auditor": "Told in all: 1292.50 USD.", "en": "returned on", "de": "zurückgegeben am"},
    "removed_reduced_seats": {
        "auditor": "25 units before, 20 now",
        "en": "has ended; 5 of 25 were given back on 1 June 2026, 09:00",
        "de": "ist beendet; 5 von 25 wurden am 01.06.2026, 09:00 Uhr zurückgegeben",
    },
    "removed_approved": {
        "auditor": "Approval by Ava Approver (a99707e7-0000-4000-8000-0000000a9970), 2026-06-01 09:00 UTC, for the plan"
    },
    "removed_override": {
        "auditor": "has ended, says Otto Operator",
        "en": "E1 (licence) has ended",
        "de": "ist beendet",
    },
    "removed_attempts": {"auditor": "done; the effect was seen"},
    "already_removed": {
        "auditor": "when last looked at: is outside its cancellation window",
        "en": "was still running when we last looked",
        "de": "lief noch, als wir zuletzt nachgesehen haben",
    },
    "came_back": {"auditor": "came back after its removal", "en": "has been set up again", "de": "neu eingerichtet"},
    "waiting_term": {
        "auditor": "has not ended: it waits.",
        "en": "runs on until its term ends, and does not renew 11 July 2026, 23:59",
        "de": "verlängert sich nicht 11.07.2026, 23:59 Uhr",
    },
    "waiting_pending": {"auditor": "still being provisioned", "en": "is being set up", "de": "wird eingerichtet"},
    "waiting_transfer": {
        "auditor": "open transfer to another partner",
        "en": "transfer to another partner is open",
        "de": "Übertragung an einen anderen Partner ist offen",
    },
    "waiting_order": {"auditor": "order in progress", "en": "is not finished yet", "de": "noch nicht abgeschlossen"},
    "waiting_reservation": {"auditor": "refused (SelfServiceRefundNotSupported)", "en": "2 April 2027, 09:00"},
    "waiting_savings_plan": {"en": "1 × Savings plan (Azure savings plan) runs on until its term ends"},
    "waiting_grace": {"en": "its cancellation was asked for on", "de": "Kündigung beantragt am"},
    "waiting_throttled": {"auditor": "it is being planned", "en": "We have not read", "de": "Wir haben nicht gelesen"},
    "attention_status": {"auditor": "it needs a person", "en": "E1 (licence) runs on", "de": "läuft weiter"},
    "attention_refused": {"auditor": "refused (800002)"},
    "attention_removal": {"auditor": "(404 1000); asked"},
    "attention_faults": {"auditor": "No holding was read.", "en": "We have not read", "de": "Wir haben nicht gelesen"},
    "attention_sign_in": {"auditor": "sign in with multifactor authentication"},
    "attention_marketplace": {"auditor": "never activated", "en": "is being set up"},
    "attention_dead_lettered": {"auditor": "A wake-up was given up."},
    "awaiting_approval": {"auditor": "its plan waits for the approval of a second person", **NOT_ENDED},
    "approval_rejected": {"auditor": "A second person rejected the plan Ava Approver", **NOT_ENDED},
    "withdrawn_before": GOES_ON | {"auditor": "nothing had been changed"},
    "withdrawn_restored": GOES_ON | {"auditor": "everything that was changed is as it was before"},
    "withdrawn_not_restored": {"auditor": "Not as it was before Microsoft 365 E3 (25 units)", **E3_GONE},
    "restoring": GOES_ON | {"auditor": "what it changed is being put back"},
    "planned": {"auditor": "Asked for a plan only (dry run)", **NOT_ENDED},
    "plan_mode": {"auditor": "mode plan and writes nothing", **NOT_ENDED},
    "scheduled": {"auditor": "not before 2026-06-11 09:00 UTC", **NOT_ENDED},
    "moved": {"auditor": "Start or restrictions were changed before the first write", **NOT_ENDED},
    "received": {"auditor": "is not planned yet", "en": "We have not read", "de": "Wir haben nicht gelesen"},
    "before_removal": {"auditor": "it is being worked on", **ENDING},
    "confirming": {"auditor": "accepted by Partner Center", "en": "waiting for it to take effect", "de": "wirksam"},
    "stopped": {"auditor": "what cannot be ended today stops it", **NOT_ENDED},
    "protected": {"auditor": "done before: 1 × end with the term", **NOT_ENDED},
    "unknown_customer": NOT_HERE | {"auditor": "was rejected"},
    "mismatch": NOT_HERE | {"auditor": "Customer other.example, tenant"},
    "invalid": NOT_HERE | {"auditor": "Offboarding of a customer that is not identified", "en": "your organisation"},
    "other_options": NOT_HERE | {"auditor": "is live with other options"},
    "joined": NOT_HERE | {"auditor": "joined another offboarding"},
    "forgotten": {
        "auditor": "(no name) new-commerce licence",
        "en": "with your organisation",
        "de": "mit Ihrer Organisation",
    },
    "many": {"auditor": "Product 299", "en": "300 × Product 299", "de": "300 × Product 299"},
    "long_name": {"auditor": "W" * 200, "en": "W" * 200, "de": "W" * 200},
    "right_to_left": dict.fromkeys(QUERIES, "שלום בע״מ"),
    "markup": dict.fromkeys(QUERIES, '<b>Bold</b> & "quoted" {{ 7 * 191 }} {name}'),
    "nameless": dict.fromkeys(QUERIES, "mueller-soehne.onmicrosoft.com"),
}
"""What this ending is recognised by."""
NO_WORDS = (
    r"\bNone\b|\bstate\.\w|customer_read|needs_attention|it is needs|\(\)|, ,|: ;|\b1 (entries|customers)\b|"
    r"the entry has"
)
INLINE = r"</?(bdi|code|span|strong|a)\b[^>]*>"
PARTNERS_OWN = r"maria|Otto|Ava|refund|Erstattung|USD|blocker|digest|MS-RequestId|Contract|testing|\(forgotten\)"
ENGLISH_IN_GERMAN = (
    r"\b(the|your|cancelled|suspended|returned|until|licence|transfer|order|UTC,|January|February|March|April|May|June|"
    r"July|August|September|October|November|December)\b"
)


@cache
def made(name: str) -> Made:
    return ENDINGS[name]()


@cache
def text(name: str, kind: str) -> str:
    """What a reader sees of it, in one line."""
    world, identity = made(name)
    found = report(identity, "", QUERIES[kind], world.services)
    assert found is not None
    return seen(found.content.decode())


def seen(page: str) -> str:
    """The words of a page in one line: what stands in a line stays together, and other elements stand apart."""
    body = re.sub(r"<(style|title)>.*?</\1>", " ", page, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", re.sub(INLINE, "", body))).split())


def head_of(name: str) -> Offboarding:
    world, identity = made(name)
    stored = world.store.load(identity)
    assert stored is not None
    return stored.offboarding


@pytest.mark.long
def test_the_table_has_every_ending() -> None:
    assert list(SAID) == list(ENDINGS)
    assert {head_of(name).status for name in ENDINGS} == set(Status)


@pytest.mark.parametrize("kind", QUERIES)
@pytest.mark.parametrize("name", ENDINGS)
def test_it_says_what_this_ending_is(name: str, kind: str) -> None:
    assert SAID[name].get(kind, "") in text(name, kind)


@pytest.mark.parametrize("kind", QUERIES)
@pytest.mark.parametrize("name", ENDINGS)
def test_it_is_told_as_ended_only_where_it_was(name: str, kind: str) -> None:
    status = head_of(name).status
    assert (ENDED[kind] in text(name, kind)) is (status is Status.REMOVED)
    assert (GONE[kind] in text(name, kind)) is (status is Status.ALREADY_REMOVED)
    over = status in (Status.REMOVED, Status.ALREADY_REMOVED)
    title = {"auditor": "How to begin again", "en": "The end of our", "de": "Das Ende unserer"}[kind]
    assert (title in text(name, kind)) is over
    if kind == "auditor":
        came_back = name == "came_back"
        assert ("did not end the relationship" in text(name, kind)) is (
            status in (Status.STOPPED, Status.WITHDRAWN) and not came_back
        )
        assert ("has not ended" in text(name, kind)) is not head_of(name).finished


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("name", ENDINGS)
def test_the_letter_says_nothing_of_the_partners_own_and_nothing_in_another_language(name: str, language: str) -> None:
    letter = text(name, language)
    assert not re.search(PARTNERS_OWN, letter)
    assert "the partner" not in letter.replace("another partner", "")
    if language == "de":
        assert not re.search(ENGLISH_IN_GERMAN, letter)
        assert re.search(r"\d\d\.\d\d\.\d{4}, \d\d:\d\d Uhr", letter)
    else:
        assert not re.search(r"\b(0\d [A-Z]|Uhr|der|die|das|nicht)\b", letter)


@pytest.mark.parametrize("kind", QUERIES)
@pytest.mark.parametrize("name", ENDINGS)
def test_no_code_stands_where_a_word_belongs(name: str, kind: str) -> None:
    found = text(name, kind)
    assert not re.search(NO_WORDS, found)
    assert "{at}" not in found
    assert f"{name_twice(name)}, {name_twice(name)}" not in found


def name_twice(name: str) -> str:
    return head_of(name).request.domain or "-"


@pytest.mark.parametrize("name", ENDINGS)
def test_who_asked_when_and_what_stands_in_every_report_of_the_auditor(name: str) -> None:
    found, head = text(name, "auditor"), head_of(name)
    for said in (f"{head.created_at:%Y-%m-%d %H:%M} UTC", head.id, head.request.request_id, head.evidence.head):
        assert said in found
    assert "asked for it, for" in found
    assert ("no approval is recorded" in found) is (head.approval is None)
    assert ("Removal of the relationship not begun" in found) is (head.removal is None)
    assert head.reason is None or spoken(head.reason.text).strip(".")[1:60] in found


@pytest.mark.parametrize("name", ENDINGS)
def test_the_month_has_it_where_it_ended_and_was_for_real(name: str) -> None:
    world, head = made(name)[0], head_of(name)
    page = seen(month_report("", {"month": f"{head.updated_at:%Y-%m}"}, world.services).content.decode())
    assert (head.evidence.head in page) is (head.finished and not head.request.dry_run)


@pytest.mark.parametrize("name", ENDINGS)
def test_the_calendar_has_only_what_is_still_to_come(name: str) -> None:
    world, identity = made(name)
    events = Calendar.from_ical(calendar(world.services, "https://app")).walk("VEVENT")
    mine = [item for item in events if str(item["url"]).endswith(identity)]
    assert not mine or not head_of(name).finished
    assert all(item.decoded("dtstart") >= head_of(name).created_at for item in mine)
