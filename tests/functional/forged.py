"""Worlds with a snapshot that somebody is about to forge, and what a person does after any restore."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from local.simulator.scenario.models import CustomerSpec
from local.world.world import World
from shared.adapters.evidence.file_signer import FileSigner
from shared.adapters.evidence.folder_archive import FolderArchive
from shared.domain.brake import Brake
from shared.domain.codes import ReasonCode
from shared.domain.errors import OffboardingError
from shared.domain.offboarding.record import Offboarding
from shared.domain.offboarding.states import Status
from shared.operations.approve import Decision, decide_plan
from shared.operations.brake import move_brake
from shared.operations.resume import resume
from shared.ports.evidence import EvidenceExport
from shared.snapshots.manifest import Manifest
from tests.functional.customers import late, legacy
from tests.functional.people import OPERATOR, OTHER
from tests.functional.restored import LosingWorld, shelf_in, snapshot

CUSTOMER = CustomerSpec(name="Forged", subscriptions=(legacy(), late("Late", "+P5D")))
FOREVER = timedelta(days=90)


def approved(folder: Path) -> tuple[World, str, Manifest]:
    """A snapshot of one that was approved, and waits for the end of a term."""
    world = LosingWorld(CUSTOMER, OFFBOARDING_APPROVAL="always")
    request = world.ask(CUSTOMER)
    world.run(for_at_most=timedelta(hours=1))
    head = world.offboarding(request)
    assert head.plan is not None
    decide_plan(head.id, Decision(True, head.plan.digest, OTHER, "agreed"), world.services)
    world.run(for_at_most=timedelta(days=1))
    assert world.offboarding(request).status is Status.WAITING
    return world, request, snapshot(world, shelf_in(folder))


def unattended(folder: Path) -> tuple[World, str, Manifest]:
    """The same where no plan needs an approval: nobody but the restore itself stands between record and effect."""
    world = LosingWorld(CUSTOMER)
    request = world.ask(CUSTOMER)
    world.run(for_at_most=timedelta(days=1))
    return world, request, snapshot(world, shelf_in(folder))


def ended(folder: Path) -> tuple[World, str, Manifest]:
    """A snapshot of one that has ended, whose evidence was signed."""
    export = EvidenceExport(FileSigner(folder / "key.pem"), FolderArchive(folder / "evidence"))
    world = LosingWorld(CUSTOMER, evidence=export)
    request = world.ask(CUSTOMER)
    world.run(for_at_most=FOREVER, looks=3)
    assert world.offboarding(request).status is Status.REMOVED
    return world, request, snapshot(world, shelf_in(folder))


def goes_on_as_usual(world: World) -> None:
    """The kill switch is released, everything that asks is resumed, and months pass."""
    stored = world.services.brakes.read()
    move_brake(Brake(False, OPERATOR, "looked at", world.clock.now()), stored.etag, world.services)
    for item in world.all():
        with suppress(OffboardingError):
            resume(item.id, OPERATOR, world.services, ReasonCode.RECORD_RESTORED, why="bulk")
    world.run(for_at_most=FOREVER, looks=5)


def held_as(head: Offboarding, code: ReasonCode) -> str:
    """The text that it asks with."""
    assert head.status is Status.NEEDS_ATTENTION
    assert head.reason is not None
    assert head.reason.code is code, head.reason.text
    assert head.reason.operator_action
    return head.reason.text
