"""Switched on by a setting, once for a process; whatever goes wrong with telemetry stops no work."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest
from opentelemetry.sdk.metrics.export import MetricsData

from shared.adapters.telemetry.json_lines import MetricRows
from shared.adapters.telemetry.providers import TEMPORALITY, Once, Providers
from shared.composition import bootstrap, exporting
from shared.composition.exporting import providers_of, switch_off
from shared.composition.settings import read_settings
from shared.composition.settings.telemetry import ROLE, TelemetryKind
from shared.composition.telemetry import traced
from shared.domain.errors import SettingsError
from shared.domain.offboarding.identifiers import root_span_id, trace_id, traceparent
from shared.ports.telemetry import OFF, Metric, Property, SpanKind, telemetry
from tests.unit.test_settings import GOOD

ROOT = Path(__file__).resolve().parents[3]
IDENTITY = "0ffb0a4d-0000-5000-8000-00000000f00d"
CONNECTION = "InstrumentationKey=00000000-0000-4000-8000-000000000000;IngestionEndpoint=https://127.0.0.1:1/"


@dataclass
class Context:
    """Of the host."""

    invocation_id: str = "i-1"
    function_name: str = "plan"
    trace_context: object = None


def of_trace(parent: str) -> Context:
    return Context(trace_context=SimpleNamespace(trace_parent=parent, trace_state=""))


@pytest.fixture
def switched(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Providers]]:
    """What was switched on; off again at the end."""
    found: list[Providers] = []
    on = exporting.switch_on

    def remembered(providers: Providers) -> None:
        found.append(providers)
        on(providers)

    monkeypatch.setattr(exporting, "switch_on", remembered)
    monkeypatch.setattr(bootstrap, "_telling", False)
    yield found
    for providers in found:
        switch_off(providers)
    assert telemetry() is OFF


def rows(file: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def test_an_invocation_writes_its_request_and_what_is_below_it(
    switched: list[Providers], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "told.jsonl"
    monkeypatch.setenv("OFFBOARDING_TELEMETRY", "file")
    monkeypatch.setenv("OFFBOARDING_TELEMETRY_FILE", str(file))
    for _ in range(2):
        with traced(of_trace(traceparent(IDENTITY))), telemetry().span("wake-up plan", about=IDENTITY):
            logging.getLogger("offboarding").warning("said")
    [providers] = switched
    telemetry().measure(Metric.WAKE_UPS, 1, {Property.STAGE: "plan"})
    providers.metrics.force_flush()

    found = rows(file)
    assert [row["Type"] for row in found] == [*["AppTraces", "AppDependencies", "AppRequests"] * 2, "AppMetrics"]
    line, wake, request, *_ = found
    assert {row["OperationId"] for row in found[:6]} == {trace_id(IDENTITY)}
    assert request["ParentId"] == root_span_id(IDENTITY)
    assert (wake["ParentId"], line["ParentId"]) == (request["Id"], wake["Id"])
    assert (request["Name"], request["AppRoleName"]) == ("plan", ROLE)
    assert line["Properties"]["correlationId"], line  # type: ignore[index]


def test_an_invocation_without_a_trace_begins_one(
    switched: list[Providers], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OFFBOARDING_TELEMETRY", "console")
    for context in (Context(), of_trace(""), of_trace("not a trace")):
        with traced(context):
            pass
    assert len(switched) == 1
    shown = capsys.readouterr()
    found = [json.loads(line) for line in shown.err.splitlines()]
    assert [row["ParentId"] for row in found] == [""] * 3
    assert len({row["OperationId"] for row in found}) == 3
    assert shown.out == ""


@pytest.mark.parametrize("value", ["", " ", "off", "OFF"])
def test_off_switches_nothing_on(value: str, switched: list[Providers], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OFFBOARDING_TELEMETRY", value)
    with traced(of_trace(traceparent(IDENTITY))):
        assert telemetry() is OFF
    assert switched == []


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("loud", {}),
        ("file", {}),
        ("azure_monitor", {}),
        ("azure_monitor", {"APPLICATIONINSIGHTS_CONNECTION_STRING": "x"}),
    ],
)
def test_what_cannot_tell_works_all_the_same(
    kind: str, more: dict[str, str], switched: list[Providers], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"OFFBOARDING_TELEMETRY": kind, **more}.items():
        monkeypatch.setenv(name, value)
    with traced(Context()):
        assert telemetry() is OFF
    assert switched == []


def test_in_azure_the_host_tells_of_invocations_and_the_app_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    # Microsoft's exporter tells Microsoft of itself; a test has no business there.
    monkeypatch.setenv("APPLICATIONINSIGHTS_STATSBEAT_DISABLED_ALL", "true")
    given = {"OFFBOARDING_TELEMETRY": "azure_monitor", "APPLICATIONINSIGHTS_CONNECTION_STRING": CONNECTION}
    settings = read_settings({**GOOD, **given, "WEBSITE_SITE_NAME": "func-x"}).telemetry
    assert (settings.kind, settings.role) == (TelemetryKind.AZURE_MONITOR, "func-x")
    assert CONNECTION not in repr(settings)
    assert GOOD["OFFBOARDING_CLIENT_SECRET"] in settings.secrets
    providers = providers_of(settings)
    assert providers is not None
    assert not providers.telemetry._stands_for_host
    exporters = [one.span_exporter for one in providers.traces._active_span_processor._span_processors]  # type: ignore[attr-defined]
    assert [type(one).__name__ for one in exporters] == ["AzureMonitorTraceExporter"]
    assert providers.traces.resource.attributes["service.name"] == "func-x"
    providers.shut_down()


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("file", "OFFBOARDING_TELEMETRY_FILE is required"),
        ("azure_monitor", "APPLICATIONINSIGHTS_CONNECTION_STRING is required"),
        ("loud", "OFFBOARDING_TELEMETRY must be one of off, azure_monitor, console, file"),
    ],
)
def test_wrong_settings_are_told_with_the_others(kind: str, text: str) -> None:
    with pytest.raises(SettingsError, match=text):
        read_settings({**GOOD, "OFFBOARDING_TELEMETRY": kind})


def test_off_is_no_object_of_its_own_for_each_span() -> None:
    """What every call and every wake-up passes: nothing is made, nothing is kept."""
    spans = [OFF.span("wake-up plan", about=IDENTITY), OFF.span("x", {}, SpanKind.CALL)]
    assert spans[0] is spans[1]
    with spans[0] as span:
        span.say({Property.STAGE: "plan"})
        span.fail()
    with OFF.invocation("plan", ""):
        OFF.measure(Metric.CALLS, 1)
    assert not OFF.on


def test_an_exporter_gets_our_temporality_and_all_else_is_its_own() -> None:
    written: list[object] = []
    once = Once(MetricRows(lambda found: written.extend(found)))
    assert once._preferred_temporality == dict(TEMPORALITY)
    once.export(MetricsData([]))
    assert once.force_flush()
    once.shutdown()
    assert written == []


# The page.


PAGE = (ROOT / "docs/telemetry.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [*(metric.value.name for metric in Metric), *Property])
def test_every_name_is_on_the_page(name: str) -> None:
    assert f"`{name}`" in PAGE


def test_the_deployed_worker_is_told_that_the_app_tells() -> None:
    """One without the other: every line twice, or none at all."""
    bicep = (ROOT / "infra/modules/functionapp.bicep").read_text(encoding="utf-8")
    assert "OFFBOARDING_TELEMETRY: 'azure_monitor'" in bicep
    assert "PYTHON_ENABLE_OPENTELEMETRY: 'true'" in bicep
    # Microsoft's own instrumentation would be a second copy, with full addresses.
    assert "PYTHON_APPLICATIONINSIGHTS_ENABLE_TELEMETRY" not in bicep
    assert json.loads((ROOT / "host.json").read_text(encoding="utf-8"))["telemetryMode"] == "OpenTelemetry"
