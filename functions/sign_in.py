"""The timer that keeps the sign-in alive, and has the doctor look once a day."""

import azure.functions as func

from shared.composition import bootstrap
from shared.composition.telemetry import traced

bp = func.Blueprint()


@bp.function_name("renew_sign_in")
@bp.timer_trigger(arg_name="timer", schedule="%OFFBOARDING_RENEWAL_SCHEDULE%", run_on_startup=False, use_monitor=True)
def renew_now(timer: func.TimerRequest, context: func.Context) -> None:
    """Redeem the refresh token and store the new one; then look at everything, also when that failed."""
    from shared.composition.doctor.look import look_and_tell
    from shared.upkeep.renew_sign_in import renew_sign_in

    with traced(context):
        services = bootstrap.services()
        try:
            renew_sign_in(services)
        finally:
            look_and_tell(bootstrap.probe, services.clock.monotonic)
