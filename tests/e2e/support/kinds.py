"""Thirty customers of ten kinds, and where each kind ends."""

from __future__ import annotations

from local.simulator.scenario.builder import (
    azure_plan,
    customer,
    gdap,
    legacy,
    marketplace,
    nce,
    perpetual,
    reservation,
    software,
    trial,
)
from local.simulator.scenario.models import CustomerSpec
from tests.e2e.support.scenario import closed, late


def of_kind(kind: str, number: int) -> CustomerSpec:
    """The third of a kind is as the first: only its name differs."""
    name = f"{kind} {number}"
    made = {
        "Legacy": customer(name, legacy(name="Legacy")),
        "New": customer(name, nce(name="New", started="-P1D")),
        "Trial": customer(name, trial(name="Trial", started="-P10D")),
        "Azure": customer(name, azure_plan(1, name="Azure plan")),
        "Reserved": customer(name, reservation()),
        "Perpetual": customer(name, perpetual(bought="-P1D")),
        "Bought": customer(name, software(name="Software", started="-P1D"), marketplace(name="SaaS", started="-P1D")),
        "Administered": customer(name, gdap()),
        "Late": late(name, "+P30D"),
        "Closed": closed(name),
    }
    return made[kind]


KINDS = ("Legacy", "New", "Trial", "Azure", "Reserved", "Perpetual", "Bought", "Administered", "Late", "Closed")
ENDS = {"Late": "waiting", "Closed": "needs_attention"}
NAMES = [f"{kind} {number}" for kind in KINDS for number in (1, 2, 3)]


def thirty() -> list[CustomerSpec]:
    """Three of each kind."""
    return [of_kind(kind, number) for kind in KINDS for number in (1, 2, 3)]


def end_of(name: str) -> str:
    """The status in which a customer of this kind rests."""
    return ENDS.get(name.split()[0], "removed")
