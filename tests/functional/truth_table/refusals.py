"""Rows of writes that Microsoft refuses for some days: an account under review, a locked customer.

Nothing else is the matter with what is refused, so that everything must go on by itself once the refusal is over (I14).
"""

from __future__ import annotations

from local.simulator.scenario import builder as b
from local.simulator.tenant.kinds import Write
from tests.functional.truth_table.row import Person, Removed, Row, Waits

REVIEW = "Microsoft refuses every change for three days, with a code that does not say for how long"
CODES = ("900280", "900416", "2032", "900999")
"""Not allowed at present; the customer is locked; access denied; one that no page lists."""
SUBJECTS: tuple[tuple[str, b.Holding, Write], ...] = (
    ("NCE licence", b.nce(), Write.SUBSCRIPTION),
    ("legacy licence", b.legacy(), Write.SUBSCRIPTION),
    ("Azure subscription", b.azure_plan(1), Write.AZURE_SUBSCRIPTION),
    ("Azure plan", b.azure_plan_idle(), Write.SUBSCRIPTION),
    ("perpetual software", b.perpetual(), Write.ORDER),
    ("reservation", b.reservation(purchased="-P325D"), Write.RESERVATION),
    ("removal", b.legacy_suspended(), Write.RELATIONSHIP),
)


def _row(name: str, holding: b.Holding, write: Write, code: str) -> Row:
    person = "removal_refused" if write is Write.RELATIONSHIP else "refused"
    held = (holding, b.refused(code, write=write))
    return Row(f"{name}, refused for three days with {code}", held, Person(person, REVIEW, heals=4))


ROWS = (
    *(_row(*subject, code) for subject in SUBJECTS for code in CODES),
    Row(
        "NCE licence, an operation pending for more than two days",
        (b.nce(), b.refused("900278", until="+PT54H", write=Write.SUBSCRIPTION)),
        Waits("pending_at_microsoft", 6),
    ),
    Row(
        "GDAP, refused for a day",
        (b.legacy(), b.gdap(), b.refused("2032", until="+P1D", write=Write.DELEGATED_ADMIN)),
        Removed(),
    ),
    Row(
        "one of two licences, refused for three days",
        (b.nce(name="Free"), b.nce(name="Held"), b.refused("900280", write=Write.SUBSCRIPTION, holding="Held")),
        Person("refused", REVIEW, heals=4),
    ),
)
