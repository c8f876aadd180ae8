"""All reasons, in the order of docs/reference.md."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from shared.domain.codes import ReasonCode
from shared.domain.explained.blockers import BLOCKERS
from shared.domain.explained.calling_off import CALLING_OFF
from shared.domain.explained.customers import CUSTOMERS
from shared.domain.explained.explanation import Explanation, Group
from shared.domain.explained.faults import FAULTS
from shared.domain.explained.progress import BETWEEN_STAGES, PLANNING
from shared.domain.explained.removal import REMOVAL
from shared.domain.explained.requests import REQUESTS

GROUPS: tuple[Group, ...] = (REQUESTS, CUSTOMERS, PLANNING, CALLING_OFF, BLOCKERS, BETWEEN_STAGES, REMOVAL, FAULTS)

REASONS: Mapping[ReasonCode, Explanation] = MappingProxyType(
    {code: explanation for group in GROUPS for code, explanation in group.reasons.items()}
)
