"""What comes after the removal is part of the plan: whether delegated admin relationships (GDAP) can be ended then.

They are ended last, and a sign-in that may not is found out of while somebody can still be asked.
"""

from __future__ import annotations

from dataclasses import dataclass

from shared.domain.codes import ReasonCode
from shared.domain.errors import RefusedError, SignInRequiredError
from shared.domain.holdings.delegated import Delegation, those
from shared.domain.holdings.records import DelegatedRelationship
from shared.domain.wording import count_of, shorten
from shared.pipeline.core.outcome import Attention
from shared.pipeline.core.services import Services

READ_ONLY = (
    "the sign-in may read delegated admin relationships (GDAP) and not end them: its token has no "
    "DelegatedAdminRelationship.ReadWrite.All"
)
GRANT = (
    "Add the delegated permission DelegatedAdminRelationship.ReadWrite.All to the application and run python3 dev.py "
    "consent, then resume."
)
LEAVE = "To offboard without ending them, set OFFBOARDING_TERMINATE_GDAP to false."


@dataclass(frozen=True, slots=True)
class Foreseen:
    """The relationships that have not ended, and why they cannot be ended, such as that they cannot be read."""

    standing: tuple[DelegatedRelationship, ...] = ()
    invited: tuple[DelegatedRelationship, ...] = ()
    trouble: str = ""
    what_to_do: str = ""

    @property
    def sentence(self) -> str:
        """What will be done about them, or what will be missing; "" where there is nothing to say."""
        if self.trouble:
            return self.trouble
        parts = []
        if self.standing:
            parts.append(f"{count_of(len(self.standing), 'delegated admin relationship')} (GDAP) to end afterwards")
        if self.invited:
            parts.append(f"{count_of(len(self.invited), 'GDAP invitation')} without an answer will lapse")
        return "; ".join(parts)

    @property
    def attention(self) -> Attention | None:
        """A person is asked while nothing is lost yet."""
        if not self.trouble:
            return None
        text = f"{self.trouble}; the relationship is not removed before that is settled"
        return Attention(ReasonCode.GDAP_OUT_OF_REACH, text, f"{self.what_to_do} {LEAVE}".strip())


def read_delegated(services: Services, customer_id: str) -> Foreseen:
    """Read the delegated admin relationships of the customer, whether or not they would be ended.

    Raises the retryable errors of Graph: those pass by themselves.
    """
    try:
        found = services.delegated_admin.list_relationships(customer_id).items
    except (RefusedError, SignInRequiredError) as error:
        if error.retryable:
            raise
        trouble = (
            f"delegated admin relationships (GDAP) cannot be read in Microsoft Graph, so none can be ended: {error}"
        )
        return Foreseen(trouble=shorten(trouble, 300), what_to_do=error.operator_action)
    standing, invited = those(found, Delegation.STANDING, Delegation.ENDING), those(found, Delegation.INVITED)
    if those(found, Delegation.STANDING) and not services.delegated_admin.may_terminate():
        return Foreseen(standing, invited, READ_ONLY, GRANT)
    return Foreseen(standing, invited)
