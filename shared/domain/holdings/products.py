"""By what a holding is found across customers: its product's name, its SKU, and the ids that people have of it.

A name is found by any part of it. SKUs and ids are found whole, a SKU also without its last parts: within an id,
two signs such as "e3" stand everywhere.
"""

from __future__ import annotations

from shared.domain.holdings.model import Holding
from shared.domain.holdings.terms import shown_offer

NAME, WHOLE = "n:", "i:"
"""What a word begins with that is found by any part of it, and what one that is found whole."""


def product_words(holding: Holding) -> frozenset[str]:
    """What lists keep of a holding; it has at least one."""
    whole = {holding.id, holding.order_id, holding.key.partition(":")[2] or holding.key}
    for sku in (holding.offer_id, sku_of(holding)):
        parts = sku.split(":")
        whole |= {":".join(parts[:length]) for length in range(1, len(parts) + 1)}
    names = {folded(holding.name)} - {""}
    return frozenset(NAME + name for name in names) | {WHOLE + folded(word) for word in whole if word}


def sku_of(holding: Holding) -> str:
    """Product and SKU as Microsoft's answer names them; "" where it names none, and after retention."""
    return holding.offer_id or shown_offer(holding.image)


def folded(text: str) -> str:
    """As words are compared: without case, and with one blank wherever there are some."""
    return " ".join(text.casefold().split())


def names_product(word: str, wanted: str) -> bool:
    """Whether the word of a holding is, or contains, what is wanted (folded)."""
    return word == WHOLE + wanted or (word.startswith(NAME) and wanted in word.removeprefix(NAME))


def is_of(holding: Holding, product: str) -> bool:
    """Whether the holding is of this product, SKU or id."""
    wanted = folded(product)
    return any(names_product(word, wanted) for word in product_words(holding))
