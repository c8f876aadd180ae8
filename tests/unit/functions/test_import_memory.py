"""A thousand customers take hardly more memory than a hundred, and each row of them is accounted for: the command as a
process of its own, from the table to the plan and from the decisions to what became of them."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

ROOT = Path(__file__).resolve().parents[3]
HOLDINGS = 12
"""Of each customer."""
GROWS_AT_MOST = 1.05
"""Times the memory of a process with a hundred, where there is ten times as much."""
HEAD = ("Domain", "tenantId", "Reason", "notBefore", "reduceSeats", "graceSeconds", "commitments", "requestId")
BROKEN: Sequence[tuple[str, ...]] = (
    ("no domain", "", "x"),
    ("", "", "x"),
    ("", "not-a-guid", "x"),
    ("{n}.example", "c0000001-0000-4000-8000-00000000000", "x"),
    ("{n}.example", "", "x" * 1001),
    ("{n}.example", "", "x", "01/02/2027"),
    ("{n}.example", "", "x", "31.02.2027"),
    ("{n}.example", "", "x", "2027-01-02T00:00"),
    ("{n}.example", "", "x", "", "perhaps"),
    ("{n}.example", "", "x", "", "", "-1"),
    ("{n}.example", "", "x", "", "", "1,5"),
    ("{n}.example", "", "x", "", "", "9999999999"),
    ("{n}.example", "", "x", "", "", "", "at once"),
    ("{n}.example", "", "x", "", "", "", "", "with a space"),
    ("{n}.example", "", "x", "", "", "", "", "i" * 120),
    ("{n}.example", "", "x", "", "", "", "", "", "more than there are columns"),
    ("{n}.example", "", "=1+1", "=NOW()"),
    ("GOOD0.EXAMPLE", "", "twice"),
    ("=good0.example", "", "x"),
    ("\u202egood0.example", "", "x"),
)
UNPLANNED = {"refused": 9, "gone": 7}
"""Every so manieth good customer is refused by the pipeline, or is one of nobody."""


class Pipeline(BaseHTTPRequestHandler):
    """As much of the interface as the import needs, without keeping anything."""

    protocol_version = "HTTP/1.1"
    wbufsize = 1 << 20
    """An answer goes out whole; in two parts, the second would wait for an acknowledgement."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        items = []
        for position, one in enumerate(asked["requests"]):
            number = int(one["customerDomain"].removeprefix("good").partition(".")[0])
            word = "plan" if one.get("dryRun") else "real"
            if number % UNPLANNED["refused"] == 1:
                items.append(
                    {"position": position, "problem": {"code": "x", "detail": "refused", "operatorAction": "y"}}
                )
            else:
                items.append({"position": position, "offboardingId": identity(word, number)})
        self.answer({"batchId": asked["batchId"], "items": items})

    def do_GET(self) -> None:
        if "/batches/" in self.path:
            self.answer({"items": []})
            return
        name = self.path.rpartition("/")[2]
        number = int(name[-12:])
        gone = number % UNPLANNED["gone"] == 2
        holdings = [
            {
                "name": f"=Product {index}",
                "quantity": index,
                "status": "active",
                "planned": {"action": "cancel", "refund": {"amount": "12.34", "currency": "EUR"}, "irreversible": True},
            }
            for index in range(HOLDINGS)
        ]
        self.answer(
            {
                "offboardingId": name,
                "requestId": f"plan.20261130.r-{number}",
                "status": "rejected" if gone else "planned",
                "dryRun": True,
                "requestReason": "ended",
                "requestedBy": "Maria",
                "reason": {"code": "unknown", "text": "nobody knows it", "operatorAction": "look"} if gone else None,
                "customer": {"companyName": f"Good {number} \u00fc\x07\ud800", "domain": f"good{number}.example"},
                "holdings": [] if gone else holdings,
            }
        )

    def answer(self, body: Any) -> None:
        content = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Nothing is said."""


def identity(word: str, number: int) -> str:
    return f"{'a' if word == 'plan' else 'b'}0000000-0000-4000-8000-{number:012d}"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Pipeline) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


MEASURED = """
import json, re, sys
from pathlib import Path
from offboard.__main__ import main
import openpyxl, requests
code = main(sys.argv[1:])
peak = re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]
sys.stderr.write("\\n" + json.dumps({"code": code, "peak": int(peak)}))
"""
"""The resident memory, from Linux: tracing each allocation instead takes minutes."""


def measured(folder: Path, url: str, *words: str) -> tuple[dict[str, Any], str, int]:
    """What was told with --json and in words, and the most memory that the command held at a moment."""
    environment = {"OFFBOARDING_URL": url, "OFFBOARDING_KEY": "key", "PYTHONPATH": str(ROOT), "USER": "maria"}
    command = [sys.executable, "-c", MEASURED, *words, "--json"]
    ended = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300, stdin=subprocess.DEVNULL
    )
    said, _, last = ended.stderr.rpartition("\n")
    told = json.loads(last)
    assert told["code"] in (0, 7), said
    return json.loads(ended.stdout), said, told["peak"]


def rows_of(count: int) -> list[list[str]]:
    """Good and broken customers by turns."""
    good = [[f"good{number}.example", "", "ended", "01.02.2030", "ja", "60"] for number in range(count // 2)]
    bad = [[cell.format(n=f"bad{number}") for cell in BROKEN[number % len(BROKEN)]] for number in range(count // 2)]
    return [row for pair in zip(good, bad, strict=True) for row in pair]


def write_csv(path: Path, rows: Sequence[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=";").writerows([HEAD, *rows])


def write_xlsx(path: Path, rows: Sequence[Sequence[str]]) -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in [HEAD, *rows]:
        sheet.append([f"'{cell}" if cell.startswith("=") else cell for cell in row])
    book.save(path)


def read_csv(path: Path) -> list[dict[str, Any]]:
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig")), delimiter=";"))


def read_xlsx(path: Path) -> list[dict[str, Any]]:
    head, *rows = load_workbook(path, read_only=True).worksheets[0].iter_rows(values_only=True)
    return [dict(zip(map(str, head), row, strict=True)) for row in rows]


def decide(path: Path, word: str) -> None:
    """What somebody writes into column `decision`, in every row that has a plan."""
    if path.suffix == ".csv":
        rows = read_csv(path)
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), delimiter=";")
            writer.writeheader()
            writer.writerows({**row, "decision": word if row["plan"] else ""} for row in rows)
        return
    book, source = Workbook(write_only=True), load_workbook(path, read_only=True)
    sheet = book.create_sheet()
    for row in source.worksheets[0].iter_rows(values_only=True):
        cells = list(row)
        sheet.append([*cells[:13], word if cells[16] and cells[13] != "decision" else cells[13], *cells[14:]])
    book.save(path)


Write = Callable[[Path, Sequence[Sequence[str]]], None]
Read = Callable[[Path], list[dict[str, Any]]]


@pytest.mark.long
@pytest.mark.timeout(300)
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells the most memory of a process")
@pytest.mark.parametrize(
    ("ending", "write", "read"), [("csv", write_csv, read_csv), ("xlsx", write_xlsx, read_xlsx)], ids=["csv", "xlsx"]
)
def test_a_thousand_rows_take_hardly_more_than_a_hundred(
    url: str, tmp_path: Path, ending: str, write: Write, read: Read
) -> None:
    peaks: dict[str, list[int]] = {"import": [], "apply": []}
    for count in (100, 1000):
        table, plan = tmp_path / f"c{count}.{ending}", tmp_path / f"p{count}.{ending}"
        write(table, rows_of(count))
        told, said, peak = measured(tmp_path, url, "import", table.name, "-o", plan.name)
        peaks["import"].append(peak)
        assert told["rows"] == count
        assert f"{count // 2} rows of {count} cannot be planned" in said
        rows = read(plan)
        by_line = Counter(int(row["line"]) for row in rows)
        assert sorted(by_line) == list(range(2, count + 2)), "each row of the table is in the plan"
        good = [number for number in range(count // 2) if number % UNPLANNED["refused"] != 1]
        gone = [number for number in good if number % UNPLANNED["gone"] == 2]
        planned = len(good) - len(gone)
        assert Counter(by_line.values()) == {HOLDINGS: planned, 1: count - planned}
        assert all(row["blocker"] for row in rows if by_line[int(row["line"])] == 1)
        if ending == "xlsx":
            sums = load_workbook(plan, read_only=True)["Totals"].iter_rows(values_only=True)
            totals = {str(row[0]): row[1] for row in sums}
            assert (totals["customers"], totals["customers planned"]) == (count, planned)
            assert totals["refunds EUR"] == pytest.approx(12.34 * HOLDINGS * planned)

        decide(plan, "offboard")
        sent, _, peak = measured(
            tmp_path, url, "import", "--apply", plan.name, "--confirm", f"offboard {planned}", "--status-file", "s.csv"
        )
        peaks["apply"].append(peak)
        assert (sent["sent"], sent["refused"]) == (planned, 0)
        told_of = io.StringIO((tmp_path / "s.csv").read_text("utf-8-sig"))
        status = list(csv.DictReader(told_of, delimiter=";" if ending == "csv" else ","))
        assert [int(row["line"]) for row in status] == list(range(2, len(rows) + 2)), "each row of the plan is told of"
        assert Counter(row["result"] for row in status) == {
            "sent": HOLDINGS * planned,
            "left alone": count - planned,
        }
    ratios = {step: round(large / small, 2) for step, (small, large) in peaks.items()}
    assert max(ratios.values()) < GROWS_AT_MOST, (peaks, ratios)
