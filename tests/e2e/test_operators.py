"""What operators type and ask for, against the running stack: batches, the doctor, redriving, reports, the command."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from tests.e2e.support.api import PATH, Api
from tests.e2e.support.crm import Crm
from tests.e2e.support.scenario import request_for
from tests.e2e.support.stack import ROOT, Addresses
from tests.e2e.support.until import until

UNKNOWN = {"id": "00000000-0000-4000-8000-0000000000ab"}


def typed(addresses: Addresses, who: str, *words: str) -> subprocess.CompletedProcess[str]:
    """The command as somebody types it; nobody sits at a terminal."""
    identity = (
        {"OFFBOARDING_KEY": addresses.key} if who == "key" else {"OFFBOARDING_TOKEN": addresses.people[who].token}
    )
    environment = {**os.environ, "OFFBOARDING_URL": addresses.http, **identity}
    return subprocess.run(
        [sys.executable, "-m", "offboard", *words],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_batch_is_taken_in_once_and_followed(api: Api) -> None:
    requests = [request_for("Nobody Ltd", f"in-a-batch-{number}", UNKNOWN) for number in range(3)]
    batch = {"batchId": "e2e-batch", "requests": [*requests, {"version": "1"}]}
    first, again = api.call("POST", "/api/batches", batch), api.call("POST", "/api/batches", batch)

    assert first.status_code == 200, first.text
    assert first.json() == again.json()
    assert [item.get("problem", {}).get("code") for item in first.json()["items"]] == [None] * 3 + ["missing_field"]
    assert [item["result"] for item in first.json()["items"]] == ["accepted"] * 3 + ["refused"]
    other = api.call("POST", "/api/batches", {"batchId": "e2e-other", "requests": requests[:1]}).json()
    assert (other["items"][0]["result"], other["alreadyThere"]) == ("already_there", 1)

    def ended() -> bool:
        counts: dict[str, int] = api.call("GET", first.headers["Location"]).json()["counts"]
        return counts == {"not_accepted": 1, "rejected": 3}

    until(ended, "the batch to end")
    view = api.call("GET", first.headers["Location"]).json()
    assert view["waitingFor"] == {}
    listed = api.call("GET", view["offboardings"]).json()["items"]
    assert {(item["requestId"], item["batchId"], item["correlationId"]) for item in listed} == {
        (f"in-a-batch-{number}", "e2e-batch", f"in-a-batch-{number}") for number in range(3)
    }


def test_single_requests_are_a_batch_too_and_their_events_say_so(api: Api, crm: Crm) -> None:
    by_queue, by_http = (request_for("Nobody Ltd", f"single-{way}", UNKNOWN, batchId="e2e-single") for way in "ab")
    crm.send(by_queue)
    assert api.ask(by_http).status_code == 202

    def together() -> bool:
        answer = api.call("GET", "/api/batches/e2e-single")
        return answer.status_code == 200 and answer.json()["counts"] == {"rejected": 2}

    until(together, "both to be seen as one")
    for name in ("single-a", "single-b"):
        assert crm.outcome(name)["data"]["batchId"] == "e2e-single"
    found = api.call("GET", "/api/offboardings?batchId=e2e-single&status=rejected").json()["items"]
    assert {item["requestId"] for item in found} == {"single-a", "single-b"}
    assert api.call("GET", "/api/offboardings?batchId=a%20b").status_code == 422
    wrong = api.ask({**by_http, "requestId": "single-c", "graceSeconds": -1}).json()
    assert (wrong["field"], "must be a whole number of seconds from 0 to" in wrong["detail"]) == ("graceSeconds", True)


def test_the_doctor_finds_nothing_and_takes_nothing(addresses: Addresses) -> None:
    reader = Api(addresses, addresses.people["Read"].header)
    found = reader.call("GET", "/api/doctor").json()
    assert [check for check in found["checks"] if check["status"] == "problem"] == []
    assert found["ok"] is True
    assert len(found["deadLetters"]) == 8
    assert found["mode"] == "live"
    assert found["policy"]["strict_nce"] is True
    assert found["backlog"]["late"] == 0
    assert found["lastRenewal"]

    def swept() -> bool:
        return reader.call("GET", "/api/doctor").json()["lastSweep"] is not None

    until(swept, "a round of the sweeper to be noted")


def test_the_command_asks_the_running_app_for_its_health(addresses: Addresses) -> None:
    done = typed(addresses, "Read", "doctor", "--url", addresses.http)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^ok +mode +live", done.stdout, re.MULTILINE)
    assert re.search(r"^ok +queues +every queue and the topic", done.stdout, re.MULTILINE)


def test_redriving_where_nothing_lies(operator: Api) -> None:
    answer = operator.call("POST", "/api/dead-letters/redrive", {"reason": "case 123"})
    assert answer.status_code == 200, answer.text
    assert [queue.get("problem") for queue in answer.json()["queues"]] == [None] * 8


def test_a_report_for_people_and_for_a_spreadsheet(api: Api, addresses: Addresses) -> None:
    asked = api.ask(request_for("Nobody <b>Ltd</b>", "reported", UNKNOWN)).json()["offboardingId"]
    page = api.call("GET", f"{PATH}/{asked}/report")
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "Nobody &lt;b&gt;Ltd&lt;/b&gt;" in page.text
    csv = Api(addresses, {"x-functions-key": addresses.key, "Accept": "text/csv"}).call("GET", f"{PATH}/{asked}/report")
    assert csv.headers["Content-Type"].startswith("text/csv")
    assert csv.content.startswith(b"\xef\xbb\xbf")


def test_the_command(api: Api, addresses: Addresses, tmp_path: Path) -> None:
    asked = api.ask(request_for("Nobody Ltd", "by-command", UNKNOWN)).json()["offboardingId"]
    api.follow("by-command", {"rejected"})

    shown = typed(addresses, "key", "show", asked)
    assert (shown.returncode, shown.stderr) == (0, f"Next: offboard report {asked} -o report.html\n"), shown.stderr
    assert "rejected" in shown.stdout
    listed = typed(addresses, "Read", "list", "--status", "rejected", "--json")
    assert asked in [item["offboardingId"] for item in json.loads(listed.stdout)["items"]]
    late = typed(addresses, "Operate", "withdraw", asked, "--reason", "they stay")
    assert late.returncode == 1, late.stderr
    assert "Nothing was changed." in late.stderr
    denied = typed(addresses, "Read", "redrive", "--reason", "x")
    assert denied.returncode == 4
    assert "Offboarding.Operate" in denied.stderr
    file = tmp_path / "evidence.jsonl"
    assert typed(addresses, "key", "evidence", asked, "-o", str(file)).returncode == 0
    assert typed(addresses, "key", "verify-evidence", str(file)).returncode in (0, 3)


def test_the_kill_switch_by_command(addresses: Addresses) -> None:
    try:
        held = typed(addresses, "Approve", "brake", "hold", "--reason", "wrong list")
        assert held.returncode == 0, held.stderr
        assert "held: nothing is written" in held.stdout
    finally:
        released = typed(addresses, "Operate", "brake", "release", "--reason", "list corrected")
    assert released.returncode == 0, released.stderr
    assert "released" in typed(addresses, "Read", "brake").stdout
