"""What each word about payment means."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from shared.domain.offboarding.settled import Payment

PAYMENTS: Mapping[Payment, str] = MappingProxyType(
    {
        Payment.UNTIL_DATE: (
            "Paid until `paidUntil`, which may have passed; of an offboarding that has not ended, as far as it is "
            "known now, and of a dry run, if it is carried out."
        ),
        Payment.UNTIL_DONE: (
            "Paid until the pipeline has ended it: no term is waited for. There is no date, because it may still have "
            "to be approved, or wait for its start."
        ),
        Payment.NOTHING: "Nothing is paid on.",
        Payment.NO_END_KNOWN: (
            "Something runs on, and no end is known: it renews, or only a person or Microsoft can end it. So it is "
            "with what was stopped, rejected or withdrawn while licences run: whatever `plan` had counted, nobody ends "
            "them."
        ),
        Payment.NOT_READ: (
            "What the customer holds was not read, so nothing is said about it. Of `joined` the other offboarding "
            "says it; after `came_back`, and where a restored record ended by what its evidence says, nothing was read "
            "anew."
        ),
    }
)
