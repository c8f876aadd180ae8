"""Queue, dead-letter and timer functions."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from azure.functions.timer import TimerRequest
from pytest_mock import MockerFixture

from local.world.world import World
from shared.adapters.evidence.file_signer import FileSigner
from shared.adapters.evidence.folder_archive import FolderArchive
from shared.adapters.evidence.trust import Trust
from shared.adapters.shelves.folder_shelf import FolderShelf
from shared.domain.errors import UnavailableError
from shared.domain.offboarding.messages import Destination, OutboundMessage
from shared.domain.offboarding.states import Stage, Status
from shared.ports.bus import DeadLetter
from shared.ports.evidence import EvidenceExport
from shared.snapshots.manifest import newest_first, read_manifest
from shared.snapshots.signed import open_snapshot
from shared.snapshots.verify import copies
from tests.unit.functions.support import CONTEXT, FUNCTIONS, deliver
from tests.unit.support.worlds import SMALL, head, on_queue

STAGES = [stage.value for stage in Stage]


def request_body(world: World, **fields: Any) -> bytes:
    world.ask(SMALL, **fields)
    return world.bus.queued.pop().body


def accepted(world: World) -> str:
    deliver("accept", request_body(world))
    return world.all()[0].id


def wake(world: World, identity: str, **changed: Any) -> bytes:
    offboarding = head(world, identity)
    fields = {"offboardingId": identity, "stage": offboarding.stage, "attempt": offboarding.attempt, **changed}
    return json.dumps(fields).encode()


def test_every_entry_point_is_called_by_these_tests() -> None:
    assert {name for name in FUNCTIONS if not name.startswith("console_")} == {
        "accept",
        "sweep",
        "renew_sign_in",
        "take_snapshot",
        "watch",
        "create_offboarding",
        "list_offboardings",
        "get_offboarding",
        "resume_offboarding",
        "resume_offboardings",
        "override_blocker",
        "approve_offboarding",
        "reject_offboarding",
        "withdraw_offboarding",
        "reschedule_offboarding",
        "get_brake",
        "move_brake",
        "check_function_key",
        "check_forged_identity",
        "get_evidence",
        "create_batch",
        "get_calendar",
        "list_moments",
        "get_month_report",
        "get_batch",
        "doctor",
        "get_report",
        "describe_http",
        "describe_messages",
        "redrive_dead_letters",
        "notify",
        "deliver_notification",
        *STAGES,
    }


def test_a_request_message_becomes_an_offboarding(world: World) -> None:
    identity = accepted(world)
    assert head(world, identity).status is Status.RECEIVED
    assert [item.stage for item in on_queue(world, Destination.STAGE)] == [Stage.PLAN]


def test_a_request_message_that_cannot_work_is_answered_under_its_own_id(world: World) -> None:
    deliver("accept", b"{", correlation_id="crm-7")
    [copy] = world.bus.rejected
    assert copy.body == b"{"
    assert copy.correlation_id == "id-1"


def test_the_stage_functions_carry_an_offboarding_to_its_end(world: World) -> None:
    identity = accepted(world)
    seen: set[str] = set()

    def by_function(message: OutboundMessage) -> None:
        seen.add(message.subject)
        deliver(message.subject, message.body, correlation_id=message.correlation_id)

    world.deliver = by_function  # type: ignore[method-assign]
    world.run()

    assert head(world, identity).status is Status.REMOVED
    assert seen == set(STAGES) - {"restore"}


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff\xfe", b'{"offboardingId":"x"}', b'{"stage":7}'])
def test_an_unreadable_wake_up_is_completed_not_thrown(
    world: World, stage: str, body: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    deliver(stage, body)
    assert f"wake-up on queue {stage} dropped" in caplog.text


@pytest.mark.parametrize("stage", [stage for stage in STAGES if stage != "plan"])
def test_a_wake_up_on_another_queue_does_nothing(world: World, stage: str) -> None:
    identity = accepted(world)
    deliver(stage, wake(world, identity))
    deliver(stage, wake(world, identity, stage=stage))

    assert head(world, identity).status is Status.RECEIVED
    assert world.journal() == []


def test_the_correlation_id_of_the_message_reaches_every_call(world: World) -> None:
    identity = accepted(world)
    session_headers: list[str] = []
    handle = world.simulator.handle

    def watched(request: Any) -> Any:
        session_headers.append(request.header("ms-correlationid") or "")
        return handle(request)

    world.simulator.handle = watched  # type: ignore[method-assign]
    deliver("plan", wake(world, identity), correlation_id="crm-7")

    found = {value for value in session_headers if value}
    assert len(found) == 1


def test_the_timer_looks_after_dead_letters(world: World) -> None:
    world.bus.dead = {None: [DeadLetter(request_body(world))]}
    FUNCTIONS["watch"](TimerRequest(past_due=False), CONTEXT)

    assert world.bus.dead == {None: []}
    assert [item.status for item in world.all()] == [Status.RECEIVED]


def test_the_timer_sweeps(world: World) -> None:
    identity = accepted(world)
    world.bus.queued.clear()
    world.clock.advance(timedelta(minutes=5))
    FUNCTIONS["sweep"](TimerRequest(past_due=True), CONTEXT)

    assert head(world, identity).attempt == 2


def test_the_timer_takes_a_snapshot(world: World, tmp_path: Path, mocker: MockerFixture) -> None:
    identity, shelf = accepted(world), FolderShelf(tmp_path)
    mocker.patch("shared.composition.bootstrap.snapshots", return_value=shelf)
    FUNCTIONS["take_snapshot"](TimerRequest(past_due=False), CONTEXT)

    (name,) = newest_first(shelf)
    assert [copy.head.id for copy in copies(shelf, read_manifest(shelf, name))] == [identity]


def test_the_snapshot_of_the_timer_is_signed_where_evidence_is(
    world: World, tmp_path: Path, mocker: MockerFixture
) -> None:
    accepted(world)
    shelf, signer = FolderShelf(tmp_path / "snapshots"), FileSigner(tmp_path / "key.pem")
    export = EvidenceExport(signer, FolderArchive(tmp_path / "evidence"))
    mocker.patch("shared.composition.bootstrap.snapshots", return_value=shelf)
    mocker.patch("shared.composition.bootstrap.services", return_value=replace(world.services, evidence=export))
    FUNCTIONS["take_snapshot"](TimerRequest(past_due=False), CONTEXT)

    (name,) = newest_first(shelf)
    assert open_snapshot(shelf, name, Trust(signer)).key_id


def test_without_a_place_no_snapshot_is_taken(world: World, mocker: MockerFixture) -> None:
    accepted(world)
    mocker.patch("shared.composition.bootstrap.snapshots", return_value=None)
    taken = mocker.patch("shared.snapshots.take.take_snapshot")
    FUNCTIONS["take_snapshot"](TimerRequest(past_due=False), CONTEXT)
    assert not taken.called


def test_the_timer_renews_the_sign_in(world: World) -> None:
    before = world.vault.read().value
    FUNCTIONS["renew_sign_in"](TimerRequest(past_due=False), CONTEXT)
    assert world.vault.read().value != before


def test_the_timer_has_the_doctor_look_also_when_the_renewal_fails(
    world: World, mocker: MockerFixture, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="offboarding")
    mocker.patch.object(world.services.sign_in, "renew", side_effect=UnavailableError("not now", service="Entra"))
    with pytest.raises(UnavailableError):
        FUNCTIONS["renew_sign_in"](TimerRequest(past_due=False), CONTEXT)
    assert "the doctor looked: 0 problem(s)" in caplog.text
