"""Made-up ids that are the same at every start."""

from uuid import UUID, uuid5

_NAMESPACE = UUID("5d9c1f0e-0000-4000-8000-000000000001")


def made_guid(seed: str) -> str:
    """A GUID for a seed."""
    return str(uuid5(_NAMESPACE, seed))


def order_number(seed: str, *, legacy: bool = False) -> str:
    """An order id: a GUID for legacy orders, twelve hexadecimal digits for the rest."""
    return made_guid(seed) if legacy else made_guid(seed).replace("-", "")[:12]
