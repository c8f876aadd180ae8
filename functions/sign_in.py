"""The timer that keeps the sign-in alive."""

import azure.functions as func

from shared.composition import bootstrap
from shared.composition.telemetry import traced

bp = func.Blueprint()


@bp.function_name("renew_sign_in")
@bp.timer_trigger(arg_name="timer", schedule="%OFFBOARDING_RENEWAL_SCHEDULE%", run_on_startup=False, use_monitor=True)
def renew_now(timer: func.TimerRequest, context: func.Context) -> None:
    """Redeem the refresh token and store the new one."""
    from shared.upkeep.renew_sign_in import renew_sign_in

    with traced(context):
        renew_sign_in(bootstrap.services())
