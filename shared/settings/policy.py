"""What the partner decided once; every default is the safe answer."""

from __future__ import annotations

from shared.domain.policy import Policy
from shared.settings.reader import Reader


def read_policy(reader: Reader) -> Policy:
    """The policy."""
    return Policy(
        strict_nce=reader.flag("OFFBOARDING_STRICT_NCE", default=True),
        refund_reservations=reader.flag("OFFBOARDING_REFUND_RESERVATIONS", default=True),
        cancel_marketplace=reader.flag("OFFBOARDING_CANCEL_MARKETPLACE", default=True),
        terminate_gdap=reader.flag("OFFBOARDING_TERMINATE_GDAP", default=True),
        wait_for_transfers=reader.flag("OFFBOARDING_WAIT_FOR_TRANSFERS", default=True),
        perpetual_past_window_blocks=reader.flag("OFFBOARDING_PERPETUAL_SOFTWARE_BLOCKS", default=False),
    )
