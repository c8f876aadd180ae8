"""How a customer is called: one rule for reports, pages, notices and calendars."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.domain.offboarding.called import FORGOTTEN, NOT_IDENTIFIED, domain_of, first_readable, is_forgotten, name_of
from shared.domain.offboarding.record import Customer
from tests.unit.support.worlds import head, received

TENANT = "c0000001-0000-4000-8000-000000000001"


@pytest.mark.parametrize(
    ("name", "domain", "asked_name", "asked_domain", "tenant", "called"),
    [
        ("Contoso", "contoso.com", "Wrong", "wrong.com", None, "Contoso"),
        (" Contoso ", "contoso.com", None, None, None, "Contoso"),
        ("  ", "contoso.com", "Wrong", "wrong.com", None, "contoso.com"),
        ("\u202e\u200b\x00", "contoso.com", None, None, None, "contoso.com"),
        ("", "", None, "asked.com", None, "asked.com"),
        ("", "", None, None, None, TENANT),
        (None, None, "Asked", "asked.com", TENANT, "Asked"),
        (None, None, " ", "asked.com", TENANT, "asked.com"),
        (None, None, None, None, TENANT, TENANT),
        (None, None, None, None, None, NOT_IDENTIFIED),
    ],
)
def test_the_best_name_that_can_be_read(
    name: str | None,
    domain: str | None,
    asked_name: str | None,
    asked_domain: str | None,
    tenant: str | None,
    called: str,
) -> None:
    world, identity = received()
    known = head(world, identity)
    request = replace(known.request, company_name=asked_name, domain=asked_domain, customer_id=tenant)
    customer = Customer(TENANT, name, domain or "") if name is not None else None
    assert name_of(replace(known, request=request, customer=customer)) == called


def test_whoever_shows_it_may_have_another_word_for_nobody() -> None:
    world, identity = received()
    request = replace(head(world, identity).request, company_name=None, domain=None, customer_id=None)
    nobody = replace(head(world, identity), request=request)
    assert name_of(nobody, "you") == "you"
    assert domain_of(nobody) == ""
    assert not is_forgotten(nobody)
    assert is_forgotten(replace(nobody, request=replace(request, requested_by=FORGOTTEN)))


@pytest.mark.parametrize("word", ["\u05e9\u05dc\u05d5\u05dd", "\U0001f480", "\u00e4", "0", "e\u0301"])
def test_signs_of_every_script_can_be_read(word: str) -> None:
    assert first_readable(None, "", word) == word
