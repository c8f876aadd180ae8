"""What a removal leaves behind at the customer, as it is told to the customer's administrator."""

from __future__ import annotations

import pytest

from shared.domain.holdings.model import HoldingKind, HoldingStatus
from shared.domain.holdings.survivors import survivors
from tests.unit.domain.support import holding, record

ALWAYS = (
    "Guest users of the partner in Microsoft Entra ID: delete them or review their access.",
    "Applications and service principals of the partner (multi-tenant apps): revoke their consent, delete them.",
)
NO_AZURE = "Azure role assignments of the partner (foreign principal), where there are Azure subscriptions."


def left(kind: HoldingKind, *names: str, status: HoldingStatus = HoldingStatus.ACTIVE) -> tuple[str, ...]:
    """What remains of holdings of one kind, whose ids are their names."""
    items = [holding(kind, status, key=f"k:{name}", id=name, name=f"{name} by name") for name in names]
    return survivors({item.key: record(item) for item in items})


def test_some_things_always_survive() -> None:
    assert survivors({}) == (*ALWAYS, NO_AZURE)


@pytest.mark.parametrize("status", [HoldingStatus.ACTIVE, HoldingStatus.INACTIVE])
def test_azure_subscriptions_are_named_by_their_id_in_order_whatever_became_of_them(status: HoldingStatus) -> None:
    assert left(HoldingKind.AZURE_SUBSCRIPTION, "s2", "s1", "s3", status=status) == (
        *ALWAYS,
        "Azure role assignments of the partner (foreign principal) on the Azure subscriptions s1, s2, s3.",
    )


@pytest.mark.parametrize(("count", "more"), [(49, ""), (50, ""), (51, " and 1 more"), (60, " and 10 more")])
def test_fifty_azure_subscriptions_are_named_at_most(count: int, more: str) -> None:
    names = [f"s{number:02}" for number in range(count)]
    said = left(HoldingKind.AZURE_SUBSCRIPTION, *names)[2]
    assert said.endswith(f"on the Azure subscriptions {', '.join(names[:50])}{more}.")


def test_perpetual_software_stays_licensed_while_it_is_live() -> None:
    assert left(HoldingKind.PERPETUAL_SOFTWARE, "b", "a") == (
        *ALWAYS,
        NO_AZURE,
        "Perpetual software stays licensed to the customer: a by name, b by name.",
    )
    assert left(HoldingKind.PERPETUAL_SOFTWARE, "a", status=HoldingStatus.CANCELLED) == (*ALWAYS, NO_AZURE)


def test_fifty_pieces_of_software_are_named_at_most() -> None:
    names = [f"p{number:02}" for number in range(51)]
    assert left(HoldingKind.PERPETUAL_SOFTWARE, *names)[3].count("by name") == 50


@pytest.mark.parametrize(
    "kind", sorted(set(HoldingKind) - {HoldingKind.AZURE_SUBSCRIPTION, HoldingKind.PERPETUAL_SOFTWARE})
)
def test_nothing_else_survives(kind: HoldingKind) -> None:
    assert left(kind, "a") == (*ALWAYS, NO_AZURE)


def test_delegated_admin_relationships_that_are_left_alone_are_named() -> None:
    *known, last = survivors({}, gdap_stays=True)
    assert tuple(known) == (*ALWAYS, NO_AZURE)
    assert last.startswith("Delegated admin relationships (GDAP) with the partner, where there are any: ")


def test_software_whose_name_was_deleted_is_not_listed() -> None:
    items = [holding(HoldingKind.PERPETUAL_SOFTWARE, HoldingStatus.ACTIVE, key="k", id="i", name="")]
    assert survivors({item.key: record(item) for item in items}) == (*ALWAYS, NO_AZURE)
