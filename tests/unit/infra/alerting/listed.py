"""infra/alerts.json as values, and what Azure Monitor makes of one of its alerts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from tests.unit.infra.support import INFRA, iso_duration
from tools.kql.logs import Logs
from tools.kql.rows import Row

FILE = INFRA / "alerts.json"
QUERIES = INFRA / "queries"


class Model(BaseModel):
    """Nothing that is not listed here."""

    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=to_camel)


class Alert(Model):
    """What both kinds have. Azure's severities: 0 is the severest, 4 only tells."""

    name: Annotated[str, Field(pattern=r"^[a-z]+(-[a-z]+)*$")]
    title: Annotated[str, Field(max_length=60)]
    description: Annotated[str, Field(pattern=r"\.$")]
    severity: Annotated[int, Field(ge=0, le=3)]
    frequency: str
    window: str

    @property
    def looks_back(self) -> timedelta:
        """How far."""
        return iso_duration(self.window)


class LogAlert(Alert):
    """A query over the log: it fires when there is a row."""

    @property
    def query(self) -> str:
        """The text of its file."""
        return (QUERIES / f"{self.name}.kql").read_text(encoding="utf-8")


class Resource(StrEnum):
    """What a metric is of."""

    SERVICE_BUS = "serviceBus"
    RECORD = "record"
    EVIDENCE = "evidence"


class Aggregation(StrEnum):
    """How Azure puts the samples of a window together."""

    MAXIMUM = "Maximum"
    MINIMUM = "Minimum"
    AVERAGE = "Average"
    TOTAL = "Total"


class MetricAlert(Alert):
    """A number that Azure counts: it fires above the threshold."""

    resource: Resource
    metric: str
    aggregation: Aggregation
    threshold: int
    dimension: str
    among: str


class Alerts(Model):
    """The whole file."""

    logs: tuple[LogAlert, ...]
    metrics: tuple[MetricAlert, ...]


LISTED = Alerts.model_validate_json(FILE.read_text(encoding="utf-8"))
LOG_ALERTS = {alert.name: alert for alert in LISTED.logs}
METRIC_ALERTS = {alert.name: alert for alert in LISTED.metrics}


def found_by(alert: LogAlert, rows: Iterable[Row], now: datetime) -> list[dict[str, Any]]:
    """The rows for which it fires at `now`: Azure gives a query what arrived within the window, and nothing older."""
    since = now - alert.looks_back
    return Logs(row for row in rows if since < moment(row) <= now).ask(alert.query, now)


def moment(row: Row) -> datetime:
    """When a row was written."""
    return datetime.fromisoformat(row["TimeGenerated"]).astimezone(UTC)


def fires(alert: MetricAlert, samples: Sequence[float]) -> bool:
    """Whether it fires for the samples of one window."""
    together: dict[Aggregation, Callable[[Sequence[float]], float]] = {
        Aggregation.MAXIMUM: max,
        Aggregation.MINIMUM: min,
        Aggregation.TOTAL: sum,
        Aggregation.AVERAGE: lambda found: sum(found) / len(found),
    }
    return bool(together[alert.aggregation](samples) > alert.threshold)
