"""host.json: the numbers whose relation keeps a destructive step from running twice at a time.

Names and defaults: learn.microsoft.com/azure/azure-functions/functions-host-json and
.../functions-bindings-service-bus (extension 5.x). The 4.x names are ignored by the host without a word.
"""

from typing import Any

import pytest

from tests.unit.infra.support import INFRA, ROOT, iso_duration, load, timespan

HOST: dict[str, Any] = load(ROOT / "host.json")
SERVICE_BUS: dict[str, Any] = HOST["extensions"]["serviceBus"]

KNOWN = {
    "prefetchCount",
    "autoCompleteMessages",
    "maxAutoLockRenewalDuration",
    "maxConcurrentCalls",
    "clientRetryOptions",
}
KNOWN_RETRY = {"mode", "maxRetries", "delay", "maxDelay", "tryTimeout"}


def test_version_and_bundle() -> None:
    assert HOST["version"] == "2.0"
    assert HOST["extensionBundle"] == {
        "id": "Microsoft.Azure.Functions.ExtensionBundle",
        "version": "[4.*, 5.0.0)",
    }
    assert HOST["telemetryMode"] == "OpenTelemetry"


def test_only_names_that_the_host_reads() -> None:
    assert set(HOST) == {"version", "functionTimeout", "telemetryMode", "extensionBundle", "extensions"}
    assert set(SERVICE_BUS) <= KNOWN
    assert set(SERVICE_BUS["clientRetryOptions"]) <= KNOWN_RETRY


def test_lock_renewal_outlasts_the_function() -> None:
    """Otherwise the message is delivered again while its first run still writes."""
    assert timespan(SERVICE_BUS["maxAutoLockRenewalDuration"]) > timespan(HOST["functionTimeout"])


@pytest.mark.parametrize("queue", load(INFRA / "servicebus.json")["queues"], ids=lambda queue: str(queue["name"]))
def test_lock_is_renewable_within_the_renewal(queue: dict[str, Any]) -> None:
    lock = iso_duration(queue["properties"]["lockDuration"])
    assert lock < timespan(SERVICE_BUS["maxAutoLockRenewalDuration"])


def test_no_prefetch() -> None:
    """Prefetched messages wait with locks that nobody renews, and their delivery counts rise unused."""
    assert SERVICE_BUS["prefetchCount"] == 0


def test_concurrency_is_small_and_fixed() -> None:
    assert SERVICE_BUS["maxConcurrentCalls"] == 8
    assert "dynamicConcurrencyEnabled" not in HOST.get("concurrency", {})


def test_the_host_settles_messages() -> None:
    """Python cannot settle a triggered message itself, so without this every message would come back."""
    assert SERVICE_BUS["autoCompleteMessages"] is True


def test_client_retries_are_bounded() -> None:
    retry = SERVICE_BUS["clientRetryOptions"]
    assert retry["mode"] == "exponential"
    assert 1 <= retry["maxRetries"] <= 10
    assert timespan(retry["delay"]) < timespan(retry["maxDelay"]) <= timespan(retry["tryTimeout"])
