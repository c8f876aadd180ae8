"""A handler that finds the offboarding changed by a person stops, and lets go of its claim.

A withdrawal only revokes the claim, because calls of its holder may be on the wire. Once the holder has noticed,
none is any more, so that nobody has to wait for the claim to expire.
"""

from __future__ import annotations

import logging
from dataclasses import replace

from shared.domain.errors import OffboardingError
from shared.domain.offboarding.record import Claim
from shared.domain.offboarding.timeline import TimelineEvent
from shared.pipeline.core.outbox import drain
from shared.pipeline.core.services import Services
from shared.pipeline.core.session import Session
from shared.pipeline.transition import Step, Tells, intervene

log = logging.getLogger("offboarding")


def let_go(lost: Session, claim: Claim | None, services: Services) -> None:
    """Release `claim` where a person revoked it. Failing is harmless: it expires."""
    try:
        stored = services.store.load(lost.offboarding.id)
        mine = None if claim is None else replace(claim, revoked=True)
        if stored is None or mine is None or stored.offboarding.claim != mine:
            return
        head, now = stored.offboarding, services.clock.now()
        session = Session(replace(stored, offboarding=replace(head, claim=None)), services)
        text = "somebody changed the offboarding; its handler has stopped"
        step = Step(head.status, head.stage, head.reason, now, TimelineEvent.CLAIM_RELEASED, text, Tells.NEVER)
        intervene(session, step)
        drain(services, head.id)
    except OffboardingError as error:
        log.info("the claim is left to expire: %s", error, extra={"offboardingId": lost.offboarding.id})
