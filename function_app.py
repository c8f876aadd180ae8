"""The Function App: registers the entry points. Python v2 programming model.

The host imports this before it knows of any function, on every new instance. So the entry points import what they work
with when they are called; tests/unit/test_start.py says what must not be imported here.
"""

import azure.functions as func

from functions import (
    console,
    console_forms,
    dead_letters,
    http_api,
    http_batches,
    http_calendar,
    http_decisions,
    http_describe,
    http_doctor,
    http_redrive,
    http_report,
    notifications,
    platform,
    requests_queue,
    sign_in,
    snapshots,
    stages,
    sweeper,
)
from shared.composition.bootstrap import people_sign_in
from shared.composition.packages import require_packages
from shared.composition.telemetry import quiet_libraries

require_packages()
quiet_libraries()

# Where people sign in they bring no function key, so the host lets everybody through to the front door, which asks it
# about keys (docs/decisions/0013-people-and-keys.md). Elsewhere the host checks the key itself.
LEVEL = func.AuthLevel.ANONYMOUS if people_sign_in() else func.AuthLevel.FUNCTION

app = func.FunctionApp(http_auth_level=LEVEL)
app.register_functions(requests_queue.bp)
app.register_functions(stages.bp)
app.register_functions(sweeper.bp)
app.register_functions(sign_in.bp)
app.register_functions(snapshots.bp)
app.register_functions(dead_letters.bp)
app.register_functions(http_api.bp)
app.register_functions(http_decisions.bp)
app.register_functions(http_describe.bp)
app.register_functions(http_batches.bp)
app.register_functions(http_calendar.bp)
app.register_functions(http_doctor.bp)
app.register_functions(http_redrive.bp)
app.register_functions(http_report.bp)
app.register_functions(console.bp)
app.register_functions(console_forms.bp)
app.register_functions(notifications.bp)
app.register_functions(platform.bp)
