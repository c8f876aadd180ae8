"""The timer that takes a snapshot of the record each day."""

import azure.functions as func

from shared.composition import bootstrap
from shared.composition.telemetry import traced

bp = func.Blueprint()


# A fixed time: a setting that a new version needs would keep the app from starting where it is missing.
@bp.function_name("take_snapshot")
@bp.timer_trigger(arg_name="timer", schedule="0 30 1 * * *", run_on_startup=False, use_monitor=True)
def take_snapshot_now(timer: func.TimerRequest, context: func.Context) -> None:
    """Copy the record, where a place for it is set."""
    from shared.snapshots.take import take_snapshot

    with traced(context):
        services, shelf = bootstrap.services(), bootstrap.snapshots()
        if shelf is not None:
            signer = services.evidence.signer if services.evidence is not None else None
            take_snapshot(services.store, shelf, services.clock, signer)
