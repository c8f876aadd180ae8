"""What the partner decided once; every default is the safe answer."""

from __future__ import annotations

from datetime import timedelta

from shared.composition.settings.reader import Reader
from shared.domain.approval import ApprovalPolicy, ApprovalRule
from shared.domain.brake import Ceilings
from shared.domain.policy import Policy

LONGEST_GRACE = 30 * 24 * 3600


def read_policy(reader: Reader) -> Policy:
    """The policy."""
    return Policy(
        strict_nce=reader.flag("OFFBOARDING_STRICT_NCE", default=True),
        refund_reservations=reader.flag("OFFBOARDING_REFUND_RESERVATIONS", default=True),
        cancel_marketplace=reader.flag("OFFBOARDING_CANCEL_MARKETPLACE", default=True),
        terminate_gdap=reader.flag("OFFBOARDING_TERMINATE_GDAP", default=True),
        wait_for_transfers=reader.flag("OFFBOARDING_WAIT_FOR_TRANSFERS", default=True),
        perpetual_past_window_blocks=reader.flag("OFFBOARDING_PERPETUAL_SOFTWARE_BLOCKS", default=False),
        grace=timedelta(seconds=reader.integer("OFFBOARDING_GRACE_SECONDS", 0, least=0, most=LONGEST_GRACE)),
    )


def read_ceilings(reader: Reader) -> Ceilings:
    """How much one hour may do at most; 0: no ceiling."""
    removals = reader.integer("OFFBOARDING_REMOVALS_PER_HOUR", 0, least=0)
    writes = reader.integer("OFFBOARDING_IRREVERSIBLE_WRITES_PER_HOUR", 0, least=0)
    return Ceilings(removals or None, writes or None)


def read_approval(reader: Reader) -> ApprovalPolicy:
    """Which plans need a second person. Rule `above` needs a limit."""
    rule = reader.choice("OFFBOARDING_APPROVAL", ApprovalRule, ApprovalRule.NEVER)
    names = ("OFFBOARDING_APPROVAL_HOLDINGS", "OFFBOARDING_APPROVAL_SEATS", "OFFBOARDING_APPROVAL_PAID_DAYS")
    holdings, seats, days = (_limit(reader, name) for name in names)
    if rule is ApprovalRule.ABOVE and holdings is None and seats is None and days is None:
        reader.problems.append(f"OFFBOARDING_APPROVAL is above, and none of {', '.join(names)} says above what")
    valid = timedelta(days=reader.integer("OFFBOARDING_APPROVAL_VALID_DAYS", 14, least=1, most=365))
    return ApprovalPolicy(rule, holdings, seats, days, valid)


def _limit(reader: Reader, name: str) -> int | None:
    return reader.integer(name, 0, least=0) if reader.optional(name) else None
