"""By which words a holding is found: its name in part, its SKU by its first parts, its ids as a whole."""

from __future__ import annotations

import pytest

from shared.domain.holdings.model import HoldingKind
from shared.domain.holdings.products import folded, is_of, product_words, sku_of
from tests.unit.domain.support import holding

IMAGE = '{"OfferId": "CFQ7TTC0LF8R:0001:CFQ7TTC0K971"}'
LICENCE = holding(
    HoldingKind.NCE_LICENCE,
    key="subscription:5e3ab1c4-0000-4000-8000-000000000001",
    id="5E3AB1C4-0000-4000-8000-000000000001",
    name="Microsoft 365\N{NO-BREAK SPACE} E5 (Straße)",
    order_id="Aa0Bb1",
    image=IMAGE,
)


@pytest.mark.parametrize(
    "wanted",
    [
        "microsoft 365 e5",
        "365",
        "  STRASSE ",
        "5e3ab1c4-0000-4000-8000-000000000001",
        "aA0bB1",
        "CFQ7TTC0LF8R",
        "cfq7ttc0lf8r:0001",
        "CFQ7TTC0LF8R:0001:CFQ7TTC0K971",
    ],
)
def test_it_is_found(wanted: str) -> None:
    assert is_of(LICENCE, wanted)


@pytest.mark.parametrize(
    "wanted",
    ["E3", "5e3ab1c4", "Aa0", "CFQ7", "CFQ7TTC0LF8R:0001:", "0001", "subscription", "Microsoft 365 E5 +", "n:", "i:"],
)
def test_it_is_not_found(wanted: str) -> None:
    assert not is_of(LICENCE, wanted)


def test_the_sku_of_an_order_line_counts_before_the_image_and_a_strange_image_has_none() -> None:
    software = holding(HoldingKind.PERPETUAL_SOFTWARE, key="order:o1/2", offer_id="DG7GMGF0D5SL:0003", image=IMAGE)
    assert sku_of(software) == "DG7GMGF0D5SL:0003"
    assert is_of(software, "DG7GMGF0D5SL")
    assert is_of(software, "o1/2")
    for image in ("", "no JSON", "[]", '{"offerId": 7}', "{}"):
        assert sku_of(holding(HoldingKind.UNKNOWN, image=image)) == ""


def test_what_has_neither_name_nor_id_has_its_key() -> None:
    assert product_words(holding(HoldingKind.UNKNOWN, key="odd", id="", name=" ")) == {"i:odd"}
    assert product_words(holding(HoldingKind.UNKNOWN, key="transfer:t1", id="", name="")) == {"i:t1"}
    assert folded(" A \t b\nC ") == "a b c"
