"""Indexes the app under Microsoft's own worker and invokes every function once.

Usage: worker.py WORKER_DRIVE SCRATCH_FOLDER. Run by a Python that has requirements.txt and azure-functions-runtime.
"""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
GUID = "11111111-2222-4333-8444-555555555555"
SETTINGS = {
    "ServiceBus": "Endpoint=sb://127.0.0.1:9;SharedAccessKeyName=k;SharedAccessKey=a2V5;UseDevelopmentEmulator=true;",
    "AzureWebJobsStorage": "UseDevelopmentStorage=true",
    "OFFBOARDING_MODE": "plan",
    "OFFBOARDING_PARTNER_TENANT_ID": GUID,
    "OFFBOARDING_CLIENT_ID": GUID,
    "OFFBOARDING_CLIENT_SECRET": "none",
    "OFFBOARDING_REFRESH_TOKEN_FILE": "none",
    "OFFBOARDING_STORE": "sqlite",
    "OFFBOARDING_SWEEP_SCHEDULE": "0 */5 * * * *",
    # The watcher tries for a third of a claim to reach the bus that is not there.
    "OFFBOARDING_CLAIM_SECONDS": "14",
    "OFFBOARDING_CALL_TIMEOUT_SECONDS": "4",
    "OFFBOARDING_MARGIN_SECONDS": "1",
    "OFFBOARDING_RENEWAL_SCHEDULE": "0 0 3 * * *",
}
FAIL_WITHOUT_SERVICES = {"renew_sign_in"}
REQUEST = {
    "version": "1",
    "requestId": "worker-1",
    "customerTenantId": GUID.replace("1", "7"),
    "customerDomain": "contoso.example",
    "requestedBy": "ci",
    "reason": "worker",
}


def events() -> list[dict[str, object]]:
    """One invocation for each function, without any service behind: what cannot be sent stays in the outbox."""
    stages = ["plan", "suspend", "cancel", "verify", "remove", "confirm"]
    wake = [{"offboardingId": "unknown", "stage": stage, "attempt": 1} for stage in stages]
    steps: list[dict[str, object]] = [
        {"function": stage, "event": {"body": json.dumps(body), "message_id": f"w-{stage}"}}
        for stage, body in zip(stages, wake, strict=True)
    ]
    steps += [
        {"function": "accept", "event": {"body": json.dumps(REQUEST), "message_id": "m-1"}},
        {"function": "accept", "event": {"body": '{"messageId": "x", "deliveryCount": "y"', "message_id": "m-2"}},
        {"function": "sweep", "event": {}},
        {"function": "watch", "event": {}},
        {"function": "renew_sign_in", "event": {}},
        {"function": "create_offboarding", "event": {"method": "POST", "path": "/api/offboardings", "json": REQUEST}},
        {"function": "list_offboardings", "event": {"method": "GET", "path": "/api/offboardings"}},
        {
            "function": "get_offboarding",
            "event": {"method": "GET", "path": "/api/offboardings/none", "params": {"id": "none"}},
        },
        {
            "function": "resume_offboarding",
            "event": {"method": "POST", "path": "/api/offboardings/none/resume", "params": {"id": "none"}},
        },
    ]
    return steps


def _as_expected(result: dict[str, object]) -> bool:
    """Without a refresh token the renewal has to fail, so that somebody is told; everything else succeeds."""
    return (result["status"] == "Success") is not (result.get("function") in FAIL_WITHOUT_SERVICES)


def main() -> int:
    """List strictly, invoke all, compare the names."""
    drive, scratch = sys.argv[1], Path(sys.argv[2])
    settings = scratch / "settings.json"
    store = scratch / f"worker-{sys.version_info.minor}.sqlite3"
    settings.write_text(json.dumps({"Values": {**SETTINGS, "OFFBOARDING_SQLITE_FILE": str(store)}}))
    base = [sys.executable, drive, str(ROOT)]
    listed = subprocess.run(
        [*base, "list", "--strict", "--quiet", "--settings", str(settings)], capture_output=True, text=True, check=False
    )
    if listed.returncode:
        print(listed.stdout, listed.stderr)
        return 1
    names = {item["name"] for item in json.loads(listed.stdout)["functions"]}
    invoked = {str(step["function"]) for step in events()}
    if names != invoked:
        print(f"not invoked: {sorted(names - invoked)}; not there: {sorted(invoked - names)}")
        return 1
    plan = scratch / "events.json"
    plan.write_text(json.dumps(events()))
    ran = subprocess.run(
        [*base, "run", "--quiet", "--settings", str(settings), "--json", str(plan)],
        capture_output=True,
        text=True,
        check=False,
    )
    results = json.loads(ran.stdout)
    failed = [item for item in results if not _as_expected(item)] if isinstance(results, list) else [results]
    print(f"{len(names)} functions indexed, {len(events()) - len(failed)} of {len(events())} invocations succeeded")
    if failed or ran.returncode not in (0, 1):
        print(json.dumps(failed, indent=1)[:4000], ran.stderr[-2000:])
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
