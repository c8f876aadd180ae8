"""The queue on which a CRM drops its requests."""

import azure.functions as func

from shared.composition import bootstrap
from shared.composition.telemetry import traced

bp = func.Blueprint()


@bp.function_name("accept")
@bp.service_bus_queue_trigger(
    arg_name="msg", connection="ServiceBus", queue_name="offboarding-requests", data_type=func.DataType.BINARY
)
def accept(msg: func.ServiceBusMessage, context: func.Context) -> None:
    """Store the request as an offboarding, or answer why it can never work."""
    from shared.intake.take_in import take_in

    with traced(context, msg):
        take_in(msg.get_body(), msg.message_id or "", bootstrap.services())
