"""The application's settings on one machine, but for the store: where everything is, and its pace."""

from __future__ import annotations

import hashlib
from pathlib import Path

from local.stack.tenant import Tenant

SHORT_WAITS = {
    # So that a person can watch; the claim still outlasts functionTimeout.
    "AzureFunctionsJobHost__functionTimeout": "00:00:15",
    "OFFBOARDING_CLAIM_SECONDS": "18",
    "OFFBOARDING_CALL_TIMEOUT_SECONDS": "3",
    "OFFBOARDING_MARGIN_SECONDS": "1",
    "OFFBOARDING_SWEEP_GRACE_SECONDS": "3",
    "OFFBOARDING_FIRST_RETRY_SECONDS": "1",
    "OFFBOARDING_SETTLE_POLL_SECONDS": "1",
    "OFFBOARDING_SWEEP_SCHEDULE": "*/1 * * * * *",
    "OFFBOARDING_RENEWAL_SCHEDULE": "0 0 3 * * *",
    "OFFBOARDING_CALLS_PER_MINUTE": "2000",
}
DEPLOYED_PACE = {
    # The schedules that infra/main.bicep sets; everything else has its default, as in a deployment.
    "OFFBOARDING_SWEEP_SCHEDULE": "0 */5 * * * *",
    "OFFBOARDING_RENEWAL_SCHEDULE": "0 0 3 * * *",
}


def app_settings(tenant: Tenant, service_bus: str, url: str, clock: Path, key: str) -> dict[str, str]:
    """`url` is the simulated partner tenant, which stands in for all four of Microsoft's services."""
    return {
        "FUNCTIONS_WORKER_RUNTIME": "python",
        "ServiceBus": service_bus,
        "OFFBOARDING_MODE": "live",
        "OFFBOARDING_KEY_NAMES": f"default={hashlib.sha256(key.encode()).hexdigest()}",
        "OFFBOARDING_CLOCK_FILE": str(clock),
        **tenant.sign_in(clock.parent),
        "OFFBOARDING_PARTNER_CENTER_URL": url,
        "OFFBOARDING_LOGIN_URL": url,
        "OFFBOARDING_GRAPH_URL": url,
        "OFFBOARDING_AZURE_URL": url,
    }


def telemetry_settings(file: Path | None) -> dict[str, str]:
    """Rows as in Azure Monitor's tables go to `file`; nothing is exported without one."""
    return {"OFFBOARDING_TELEMETRY": "file", "OFFBOARDING_TELEMETRY_FILE": str(file)} if file is not None else {}
