"""What a message and a timeline entry carry when nothing more is said."""

from shared.domain.offboarding.messages import Destination, OutboundMessage, TimelineEntry, WakeUp, Who
from shared.domain.offboarding.states import Stage
from tests.unit.domain.support import NOW


def test_a_message_is_json_of_no_stage_and_sent_at_once_unless_it_says_otherwise() -> None:
    message = OutboundMessage("id", Destination.EVENTS, b"{}", NOW)

    assert message == OutboundMessage(
        id="id",
        destination=Destination.EVENTS,
        body=b"{}",
        created_at=NOW,
        stage=None,
        subject="",
        content_type="application/json",
        correlation_id="",
        properties=(),
        scheduled_at=None,
    )


def test_a_timeline_entry_is_about_nothing_unless_it_says_otherwise() -> None:
    entry = TimelineEntry(1, NOW, Who.PIPELINE, Stage.PLAN, "planned")

    assert (entry.detail, entry.holding, entry.status, entry.request_id) == ("", None, None, None)


def test_a_wake_up_names_only_where_the_truth_is() -> None:
    assert WakeUp.__slots__ == ("offboarding_id", "stage", "attempt")
