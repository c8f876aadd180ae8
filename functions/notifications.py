"""People are told: what the topic brings becomes a message for each rule, and each of those is delivered."""

import azure.functions as func

from shared.composition import notices
from shared.composition.telemetry import traced

bp = func.Blueprint()


@bp.function_name("notify")
@bp.service_bus_topic_trigger(
    arg_name="msg",
    connection="ServiceBus",
    topic_name="offboarding-events",
    subscription_name="notify",
    data_type=func.DataType.BINARY,
)
def notify(msg: func.ServiceBusMessage, context: func.Context) -> None:
    """Hand one event to every rule that wants it."""
    from shared.notify.tell import tell

    with traced(context, msg):
        tell(msg.get_body(), notices.notifier())


@bp.function_name("deliver_notification")
@bp.service_bus_queue_trigger(
    arg_name="msg", connection="ServiceBus", queue_name="offboarding-notifications", data_type=func.DataType.BINARY
)
def deliver_notification(msg: func.ServiceBusMessage, context: func.Context) -> None:
    """Tell one rule's target, or collect; what fails is tried again later."""
    from shared.notify.deliver import deliver

    with traced(context, msg):
        deliver(msg.get_body(), notices.notifier())
