"""This project's function app: the settings that it needs to start, and one invocation for each of its functions.

Nothing is behind it: no bus, no Partner Center. What cannot be sent stays in the outbox, and what is not found is said.
"""

import json
from pathlib import Path

from tools.worker_check.invocation import Ends, Invocation, Message, Request, Tick

_GUID = "11111111-2222-4333-8444-555555555555"
_STAGES = ("plan", "suspend", "cancel", "verify", "remove", "confirm", "restore")
_SETTINGS = {
    # A port where nobody listens.
    "ServiceBus": "Endpoint=sb://127.0.0.1:9;SharedAccessKeyName=k;SharedAccessKey=a2V5;UseDevelopmentEmulator=true;",
    "AzureWebJobsStorage": "UseDevelopmentStorage=true",
    "OFFBOARDING_MODE": "plan",
    "OFFBOARDING_PARTNER_TENANT_ID": _GUID,
    "OFFBOARDING_CLIENT_ID": _GUID,
    "OFFBOARDING_CLIENT_SECRET": "none",
    "OFFBOARDING_STORE": "sqlite",
    "OFFBOARDING_SWEEP_SCHEDULE": "0 */5 * * * *",
    "OFFBOARDING_RENEWAL_SCHEDULE": "0 0 3 * * *",
    # The watcher looks for the bus for a third of a claim.
    "AzureFunctionsJobHost__functionTimeout": "00:00:12",
    "OFFBOARDING_CLAIM_SECONDS": "14",
    "OFFBOARDING_CALL_TIMEOUT_SECONDS": "3",
    "OFFBOARDING_MARGIN_SECONDS": "1",
    # Invocations run beside each other; those that wait for the bus must not hold up the rest.
    "PYTHON_THREADPOOL_THREAD_COUNT": "16",
}


_PAGES = (
    ("fleet", ""),
    ("approvals", "/approvals"),
    ("decisions", "/decisions"),
    ("new", "/new"),
    ("bulk", "/bulk"),
    ("system", "/system"),
    ("csv", "/offboardings.csv"),
    ("workbook", "/offboardings.xlsx"),
    ("template", "/customers.csv"),
    ("template_workbook", "/customers.xlsx"),
)
_FORMS = (("decide_several", "approvals"), ("resume_several", "decisions"), ("plan_first", "new"), ("upload", "bulk"))


def settings(scratch: Path) -> dict[str, str]:
    """App settings whose files lie in a folder that is thrown away."""
    files = {
        "OFFBOARDING_SQLITE_FILE": str(scratch / "store.sqlite3"),
        "OFFBOARDING_REFRESH_TOKEN_FILE": str(scratch / "no-token"),
        "OFFBOARDING_SNAPSHOT_FOLDER": str(scratch / "snapshots"),
    }
    return _SETTINGS | files


def _request(number: int) -> bytes:
    request = {
        "version": "1",
        "requestId": f"worker-check-{number}",
        "customerTenantId": _GUID.replace("1", "7"),
        "customerDomain": "contoso.example",
        "requestedBy": "worker check",
        "reason": "worker check",
    }
    return json.dumps(request).encode()


def _wake_up(stage: str) -> bytes:
    return json.dumps({"offboardingId": "unknown", "stage": stage, "attempt": 1}).encode()


INVOCATIONS = (
    *(Invocation(stage, Message(f"wake-{stage}", _wake_up(stage))) for stage in _STAGES),
    Invocation("accept", Message("request", _request(1))),
    # The request is refused, the message is not: it would come back for ever.
    Invocation("accept", Message("no-json", b'{"messageId": "x", "deliveryCount": "y"')),
    # Nobody is to be told of anything, and a message of a rule that is none is completed.
    Invocation("notify", Message("event", b"{}")),
    Invocation("deliver_notification", Message("notification", b'{"rule": "none"}\n{}')),
    Invocation("sweep", Tick()),
    Invocation("watch", Tick()),
    Invocation("take_snapshot", Tick()),
    Invocation("renew_sign_in", Tick(), Ends.WITH_AN_ERROR),  # there is no token, and somebody has to hear of it
    Invocation("create_offboarding", Request("POST", "/api/offboardings", 202, body=_request(2))),
    Invocation("list_offboardings", Request("GET", "/api/offboardings", 200)),
    Invocation("get_offboarding", Request("GET", "/api/offboardings/none", 404, params={"id": "none"})),
    # Only a person may, and without App Service Authentication there are none.
    Invocation("resume_offboarding", Request("POST", "/api/offboardings/none/resume", 403, params={"id": "none"})),
    Invocation("get_evidence", Request("GET", "/api/offboardings/none/evidence", 404, params={"id": "none"})),
    Invocation("override_blocker", Request("POST", "/api/offboardings/none/overrides", 403, b"{}", {"id": "none"})),
    Invocation("resume_offboardings", Request("POST", "/api/offboardings/resume", 403, body=b"{}")),
    Invocation("approve_offboarding", Request("POST", "/api/offboardings/none/approve", 403, b"{}", {"id": "none"})),
    Invocation("reject_offboarding", Request("POST", "/api/offboardings/none/reject", 403, b"{}", {"id": "none"})),
    Invocation("withdraw_offboarding", Request("POST", "/api/offboardings/none/withdraw", 403, b"{}", {"id": "none"})),
    Invocation(
        "reschedule_offboarding", Request("POST", "/api/offboardings/none/reschedule", 403, b"{}", {"id": "none"})
    ),
    Invocation("create_batch", Request("POST", "/api/batches", 200, body=b'{"requests": [{}]}')),
    Invocation("get_batch", Request("GET", "/api/batches/none", 404, params={"id": "none"})),
    Invocation("doctor", Request("GET", "/api/doctor", 403)),  # for people alone
    Invocation("redrive_dead_letters", Request("POST", "/api/dead-letters/redrive", 403, body=b"{}")),
    Invocation("get_report", Request("GET", "/api/offboardings/none/report", 404, params={"id": "none"})),
    Invocation("get_month_report", Request("GET", "/api/report", 422)),  # of no month
    Invocation("list_moments", Request("GET", "/api/calendar", 200)),
    Invocation("get_calendar", Request("GET", "/api/calendar.ics", 401)),  # nobody is signed in, and there is no key
    Invocation("get_brake", Request("GET", "/api/brake", 200)),
    Invocation("move_brake", Request("PUT", "/api/brake", 403, body=b"{}")),
    # Pages are for people, and there are none here.
    *(Invocation(f"console_{name}", Request("GET", f"/console{path}", 403)) for name, path in _PAGES),
    *(Invocation(f"console_{name}", Request("POST", f"/console/{path}", 403, b"x=1")) for name, path in _FORMS),
    Invocation("console_offboarding", Request("GET", "/console/offboardings/none", 403, params={"id": "none"})),
    Invocation("console_batch", Request("GET", "/console/batches/none", 403, params={"id": "none"})),
    Invocation("console_static", Request("GET", "/console/static/none", 404, params={"name": "none"})),
    Invocation(
        "console_decide",
        Request("POST", "/console/offboardings/none/approve", 403, b"x=1", {"id": "none", "word": "approve"}),
    ),
    Invocation("console_send_chosen", Request("POST", "/console/batches/none", 403, b"x=1", {"id": "none"})),
    Invocation("console_move", Request("POST", "/console/system/hold", 403, b"x=1", {"word": "hold"})),
    Invocation("describe_http", Request("GET", "/api/openapi.json", 200)),
    Invocation("describe_messages", Request("GET", "/api/asyncapi.json", 200)),
    Invocation("check_function_key", Request("GET", "/api/function-key", 204)),
    Invocation("check_forged_identity", Request("GET", "/api/forged-identity", 204)),
)
