"""How many calls one offboarding makes without faults, as one function with a term for everything that costs calls.

ARCHITECTURE.md has it in words. It holds where effects show at once; each look more, at what takes time to show, costs
one inventory.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

WEEK = 7
COLLECTIONS = ("subscriptions", "entitlements", "orders", "transfers")
PROOFS = ("customer", "subscriptions", "orders", "activity log", "link to come back")


@dataclass(frozen=True, slots=True)
class Held:
    """What a customer holds, by what it costs. `licences` are cancelled, `legacy` ones suspended.

    `late` licences end with their term and `savings_plans` with their commitment, both `days` ahead; of so many `seats`
    licences among the late ones some are given back before. `renewal_job`: the last look but one finds Microsoft still
    at work on the end of a term. `others` are the partner's other customers.
    """

    licences: int = 0
    legacy_licences: int = 0
    legacy_azure: int = 0
    late: int = 0
    seats: int = 0
    savings_plans: int = 0
    days: int = 0
    renewal_job: bool = False
    azure_plans: int = 0
    azure_subscriptions: int = 0
    reservations: int = 0
    software_orders: int = 0
    gdap: int = 0
    others: int = 0
    page_size: int = 500


@dataclass(frozen=True, slots=True)
class Expected:
    """Calls by service; sign-in is not counted: tokens are kept for an hour."""

    partner_center: int
    azure: int
    graph: int


def inventories(held: Held) -> int:
    """plan, verify, remove; one more for each look while a term runs, and one when plans lost their subscriptions,
    and one between seats and the end with the term."""
    weekly = 1 + (held.days - 1) // WEEK if held.days else 0
    return 3 + weekly + int(held.renewal_job) + int(held.azure_subscriptions > 0) + int(held.seats > 0)


def expected_calls(held: Held) -> Expected:
    """The formula."""
    looks = inventories(held)
    # Ending GDAP takes a second check of the proofs, which reads the customer list anew.
    checks = 2 if held.gdap else 1
    inventory = 1 + len(COLLECTIONS) + held.azure_plans
    support_contact = int(held.legacy_licences > 0)
    proofs = checks * max(1, ceil(held.others / held.page_size)) + len(PROOFS) + support_contact
    # Identifying the customer is the plan's own read of it. Nothing is read back by itself: verify reads everything.
    preflight = removal = 1
    reads = preflight + looks * inventory + held.late + held.seats + proofs
    writes = held.licences + held.legacy_licences + held.legacy_azure + held.late + held.seats + held.software_orders
    writes += held.azure_subscriptions + held.azure_plans + removal
    needs_azure = held.azure_plans + held.legacy_azure + held.reservations + held.savings_plans > 0
    # Reservations and savings plans; a return is priced in the plan, and right before it.
    azure = 2 * looks * int(needs_azure) + 3 * held.reservations + held.savings_plans
    # Whether they can be ended is looked at in the plan, and right before the removal.
    foreseen = 2
    return Expected(reads + writes, azure, foreseen + checks + held.gdap)
