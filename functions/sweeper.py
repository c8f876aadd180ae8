"""The sweeper's timer."""

import azure.functions as func

from shared.composition import bootstrap
from shared.composition.telemetry import traced

bp = func.Blueprint()


@bp.function_name("sweep")
@bp.timer_trigger(arg_name="timer", schedule="%OFFBOARDING_SWEEP_SCHEDULE%", run_on_startup=False, use_monitor=True)
def sweep_now(timer: func.TimerRequest, context: func.Context) -> None:
    """Wake what is overdue, send what is owed, remind."""
    from shared.upkeep.rounds import sweep_round

    with traced(context):
        sweep_round(bootstrap.services())
