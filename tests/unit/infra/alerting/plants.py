"""For each alert that searches the log, a run with the fault that it is for; what is done is done to a real world."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from local.simulator.knobs import Knobs, SignIn, SignInFailure
from local.simulator.scenario.models import CustomerSpec, Scenario
from local.world.archive import MemoryArchive
from local.world.clock import OneClock
from local.world.world import World
from shared.adapters.evidence.file_signer import FileSigner
from shared.composition.doctor.look import look_and_tell
from shared.domain.brake import Brake
from shared.domain.errors import DeniedError
from shared.domain.people.rights import Operation
from shared.operations.front_door import FrontDoor
from shared.ports.evidence import EvidenceExport
from shared.ports.notices import NotSent
from shared.upkeep.renew_sign_in import renew_sign_in
from tests.functional.customers import late, legacy, nce
from tests.functional.people import OPERATOR
from tests.functional.trouble import arm
from tests.unit.doctor.patient import Patient
from tests.unit.functions.support import Around
from tests.unit.infra.alerting.recorder import Life, Recorder, recording
from tests.unit.notify.support import TEAMS, Bench, event, rule
from tests.unit.support.worlds import StoreSwitch, with_pace
from tools.kql.rows import Row

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CUSTOMER = CustomerSpec(name="Asked", subscriptions=(legacy(), late("Late", "+P40D")))


@dataclass(frozen=True, slots=True)
class Run:
    """What was recorded, and when the alert looks."""

    rows: Sequence[Row]
    now: datetime


def lived(lasting: timedelta, *, prepare: Callable[[Life], object] = lambda _: None, world: World | None = None) -> Run:
    """A world with one customer to offboard; `prepare` plants the fault before the time begins."""
    world = world or World(CUSTOMER, clock=OneClock())
    with recording(world.clock) as recorder:
        life = Life(world, recorder)
        prepare(life)
        life.live(lasting)
        return Run(recorder.rows, life.now)


def asked(life: Life, **fields: object) -> str:
    """A request for its customer."""
    return life.world.ask(life.world.scenario.customers[0], **fields)


def in_doubt(**sign_in: object) -> World:
    """A tenant whose sign-in has these knobs."""
    knobs = Knobs(sign_in=SignIn.model_validate(sign_in))
    return World(scenario=Scenario(customers=(CUSTOMER,), knobs=knobs), clock=OneClock())


def wants_approval(*held: object) -> World:
    """A second person has to approve every plan, and nobody does."""
    customer = replace_holdings(held)
    return World(customer, clock=OneClock(), OFFBOARDING_APPROVAL="always")


def replace_holdings(held: Sequence[object]) -> CustomerSpec:
    """The customer with other holdings, if any are named."""
    return CUSTOMER.model_copy(update={"subscriptions": tuple(held)}) if held else CUSTOMER


def stale_sign_in(_: Path) -> Run:
    def old(life: Life) -> None:
        life.world.clock.pass_machine(timedelta(days=61))
        renew_sign_in(life.world.services)

    return lived(HOUR, prepare=old, world=in_doubt(rotate_refresh_token=False))


def no_renewal(_: Path) -> Run:
    return lived(timedelta(hours=49), prepare=lambda life: setattr(life, "renewals", False))


def no_snapshot(_: Path) -> Run:
    return lived(timedelta(hours=49), prepare=lambda life: setattr(life, "snapshots", False))


def sign_in_refused(_: Path) -> Run:
    return lived(HOUR, prepare=asked, world=in_doubt(failure=SignInFailure.EXPIRED_REFRESH_TOKEN))


def _rounds_die(life: Life) -> None:
    switch = StoreSwitch(life.world)
    switch.down = True


def no_sweep(_: Path) -> Run:
    return lived(HOUR, prepare=_rounds_die)


def _cannot_store(life: Life) -> None:
    asked(life)
    life.world.deliver(life.world.bus.take())  # type: ignore[arg-type]
    life.world.bus.queued.clear()
    StoreSwitch(life.world).refuses = lambda _: True


def late_work(_: Path) -> Run:
    """The sweeper finds what is late and cannot store that it wakes it."""
    return lived(HOUR, prepare=_cannot_store)


def no_telemetry(_: Path) -> Run:
    return lived(2 * HOUR, prepare=lambda life: setattr(life, "exports", False))


def wake_ups_lost(_: Path) -> Run:
    def lose(life: Life) -> None:
        asked(life)
        life.world.deliver(life.world.bus.take())  # type: ignore[arg-type]
        life.deliveries = False

    return lived(HOUR, prepare=lose)


def needs_attention(_: Path) -> Run:
    def trouble(life: Life) -> None:
        with_pace(life.world, faults_before_attention=1)
        arm(life.world, {"match": {"pathRegex": "/orders$", "times": None}, "action": {"type": "html"}})
        asked(life)

    return lived(timedelta(minutes=10), prepare=trouble)


def approvals_waiting(_: Path) -> Run:
    return lived(timedelta(hours=26), prepare=asked, world=wants_approval())


def paid_unattended(_: Path) -> Run:
    return lived(timedelta(hours=42), prepare=asked, world=wants_approval())


def window_closing(_: Path) -> Run:
    return lived(HOUR, prepare=asked, world=wants_approval(nce(started="-P5D")))


def renewal_coming(_: Path) -> Run:
    return lived(HOUR, prepare=asked, world=wants_approval(late("Late", "+P6D")))


def hold(life: Life) -> None:
    """The kill switch."""
    brakes = life.world.services.brakes
    brakes.move(Brake(held=True, by=OPERATOR, why="a test", at=life.now), brakes.read().etag)


def kill_switch_held(_: Path) -> Run:
    return lived(timedelta(hours=5), prepare=hold)


def notifications_failing(_: Path) -> Run:
    bench = Bench((rule("duty"),))
    bench.receivers.answers[TEAMS] = [NotSent("refused with 500")] * 4
    with recording(bench.clock) as recorder:
        bench.publish(event())
        bench.run()
        return Run(recorder.rows, bench.clock.now())


def _exporting(folder: Path, *, cut_off: bool) -> World:
    archive = MemoryArchive()
    archive.cut_off = cut_off
    export = EvidenceExport(FileSigner(folder / "key.pem"), archive)
    customer = CustomerSpec(name="Small", subscriptions=(legacy(),))
    return World(customer, clock=OneClock(), evidence=export)


def evidence_not_written(folder: Path) -> Run:
    return lived(2 * HOUR, prepare=asked, world=_exporting(folder, cut_off=True))


def outbox_kept(_: Path) -> Run:
    def cut(life: Life) -> None:
        asked(life)
        life.world.deliver(life.world.bus.take())  # type: ignore[arg-type]
        life.world.bus.cut_off = True

    return lived(HOUR, prepare=cut)


def asked_to_slow_down(_: Path) -> Run:
    def storm(life: Life) -> None:
        arm(
            life.world,
            {"match": {"pathRegex": "/v1/customers", "times": None}, "action": {"type": "throttle", "retryAfter": 1}},
        )
        asked(life)

    return lived(timedelta(minutes=30), prepare=storm)


def function_failing(_: Path) -> Run:
    return lived(HOUR, prepare=_rounds_die)


def failed_executions(_: Path) -> Run:
    return lived(timedelta(minutes=10), prepare=_rounds_die)


def errors(_: Path) -> Run:
    return lived(timedelta(minutes=30), prepare=_cannot_store)


def rejected_requests(_: Path) -> Run:
    return lived(timedelta(minutes=10), prepare=lambda life: life.world.drop(b'{"version": "1"}'))


def many_denied(_: Path) -> Run:
    door = FrontDoor(authentication=True, platform=Around())

    def knock(_: Life) -> None:
        for _time in range(25):
            with suppress(DeniedError):
                door.admit(Operation.LIST, {}, {})

    return lived(timedelta(minutes=10), prepare=knock)


def doctor(_: Path) -> Run:
    patient = Patient(lost={"offboarding-plan": "no such queue"})
    with recording(patient.clock) as recorder:
        look_and_tell(patient.probe, patient.clock.monotonic)
        return Run(recorder.rows, patient.clock.now())


PLANTS: dict[str, Callable[[Path], Run]] = {
    plant.__name__.replace("_", "-"): plant
    for plant in (
        stale_sign_in,
        no_renewal,
        no_snapshot,
        sign_in_refused,
        no_sweep,
        late_work,
        no_telemetry,
        wake_ups_lost,
        needs_attention,
        approvals_waiting,
        paid_unattended,
        window_closing,
        renewal_coming,
        kill_switch_held,
        notifications_failing,
        evidence_not_written,
        outbox_kept,
        asked_to_slow_down,
        function_failing,
        failed_executions,
        errors,
        rejected_requests,
        many_denied,
        doctor,
    )
}


def healthy(folder: Path) -> Run:
    """Two days on which all goes well: one customer is removed, one waits for the end of a term, a plan is approved
    within hours, a person is told, the doctor finds nothing, and a program forgets its key once."""
    world = _healthy_world(folder)
    with recording(world.clock) as recorder:
        life = Life(world, recorder)
        for customer in world.scenario.customers:
            world.ask(customer)
        life.live(3 * HOUR)
        _approve(world)
        life.live(timedelta(hours=46))
        _everyday(world, recorder)
        return Run(recorder.rows, life.now)


def _healthy_world(folder: Path) -> World:
    export = EvidenceExport(FileSigner(folder / "key.pem"), MemoryArchive())
    small = CustomerSpec(name="Small", subscriptions=(legacy(),))
    return World(CUSTOMER, small, clock=OneClock(), evidence=export, OFFBOARDING_APPROVAL="always")


def _approve(world: World) -> None:
    from tests.functional.test_approval import decide

    for head in world.all():
        decide(world, head.request.request_id)


def _everyday(world: World, recorder: Recorder) -> None:
    bench, patient = Bench((rule("duty"),)), Patient()
    bench.receivers.answers[TEAMS] = [NotSent("refused once with 503")]
    bench.publish(event())
    bench.run()
    look_and_tell(patient.probe, patient.clock.monotonic)
    with suppress(DeniedError):
        FrontDoor(authentication=True, platform=Around()).admit(Operation.LIST, {}, {})
    # Only the host knows how a call over HTTP was answered.
    recorder.write([{"Type": "AppRequests", "Name": "get_offboarding", "Success": False, "ResultCode": "404"}])
