"""The watcher of the dead-letter queues: nothing that lands there stays unseen. Nothing is lost there.

A timer: a trigger on such a queue would deliver what it cannot read for ever (docs/decisions/0007-dead-letters.md).
"""

import azure.functions as func

from shared.composition import bootstrap
from shared.composition.telemetry import traced

bp = func.Blueprint()


@bp.function_name("watch")
@bp.timer_trigger(arg_name="timer", schedule="%OFFBOARDING_SWEEP_SCHEDULE%", run_on_startup=False, use_monitor=True)
def watch_dead_letters(timer: func.TimerRequest, context: func.Context) -> None:
    """Take dead-lettered requests in once more, or answer them; show what stages could not process."""
    from shared.upkeep.dead_letters import watch

    with traced(context):
        watch(bootstrap.services())
