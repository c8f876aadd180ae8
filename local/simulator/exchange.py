"""One request through routing, throttling, sign-in, replay and its handler."""

import logging
from dataclasses import dataclass

from local.simulator.errors import ApiError, refuse
from local.simulator.journal import Effect
from local.simulator.messages import Response
from local.simulator.services.call import Call, Service
from local.simulator.services.refusals import check_refusals
from local.simulator.services.rendering import render, render_error, service_of
from local.simulator.services.replays import keep_answer, replay_key, stored_answer
from local.simulator.services.routes import ROUTER
from local.simulator.services.throttle import Throttle
from local.simulator.services.tokens import authenticate
from local.simulator.services.unknown import unknown_route

_log = logging.getLogger(__name__)
_HOLDING_ARGS = ("entitlement", "subscription", "order", "relationship", "reservation", "transfer")


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer and what the journal says of it."""

    response: Response
    code: str | None = None
    effects: tuple[Effect, ...] = ()
    replayed: bool = False
    routed: bool = True


def service_for(call: Call) -> Service:
    """Which service the path belongs to, known or not."""
    found = ROUTER.find(call.request.method, call.request.path)
    return found[0].service if found else service_of(call.request.path)


def perform(call: Call, throttle: Throttle) -> Outcome:
    """Answer the call. An error that is no refusal undoes every change and answers 500/800003."""
    request = call.request
    found = ROUTER.find(request.method, request.path)
    service = found[0].service if found else service_of(request.path)
    if service is Service.PARTNER_CENTER:
        limited = throttle.check(call.now, call.knobs.rate_limit_per_minute)
        if limited is not None:
            return Outcome(limited)
    key = None
    try:
        if found is None:
            raise unknown_route(ROUTER, service, request.method, request.path)
        route, call.args = found
        _name_holding(call)
        if service is not Service.TOKEN:
            call.identity = authenticate(call, service)
            if call.identity.app_only and not route.app_only:
                raise refuse("900329")
        if service is Service.PARTNER_CENTER:
            key = replay_key(request)
        stored = stored_answer(call.store, key) if key else None
        if stored is not None:
            return Outcome(stored[0], stored[1], replayed=True)
        check_refusals(call, route)
        response = render(route.handler(call), service, request, call.knobs)
        code = None
    except ApiError as error:
        response, code = render_error(error, service, call.now, request, call.knobs), error.code
        if found is None:
            return Outcome(response, code, routed=False)
    except Exception:
        _log.exception("the simulator failed on %s %s", request.method, request.path)
        call.store.rollback()
        call.effects.clear()
        response, code = render_error(refuse("800003"), service, call.now, request, call.knobs), "800003"
        return Outcome(response, code)
    if key is not None:
        keep_answer(call.store, key, response, code)
    return Outcome(response, code, tuple(call.effects))


def _name_holding(call: Call) -> None:
    """What the path names, for the journal, until the handler knows better."""
    customer = call.args.get("customer")
    call.customer = customer.lower() if customer else None
    for name in _HOLDING_ARGS:
        if name in call.args:
            call.holding = call.args[name].lower()
            return
