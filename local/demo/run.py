"""Runs the demo: a customer that can be removed today, one that has to wait for the end of a term, one called off."""

from __future__ import annotations

import contextlib
import io
import json
import sys
import time
from pathlib import Path
from typing import Any

from azure.core.exceptions import AzureError
from requests import RequestException

from local.demo.client import Client
from local.demo.show import Progress, print_outcome
from local.demo.trace import read_rows, tree_of
from local.demo.waits import Waits
from local.stack.errors import StackError
from local.stack.private import private_folder, write_private
from local.stack.stack import Options, Stack, say
from local.stack.temporary import KEPT
from local.stack.tenant import Tenant
from offboard.verify_evidence import main as verify_evidence

DEADLINE, LIKE_AZURE = 110.0, 600.0
"""Machine seconds for each customer: far more than needed, so that a demo never hangs."""
TERMINAL = frozenset({"removed", "already_removed", "planned", "stopped", "rejected", "joined", "withdrawn"})
REQUESTS = (
    ("Contoso Bakery", "contract ended; everything can be cancelled today"),
    ("Fabrikam Logistics", "moves to another partner; one yearly licence runs on"),
    ("Northwind Traders", "a mistake, which is called off after the first writes"),
)
WAITS, CALLED_OFF = REQUESTS[1][0], REQUESTS[-1][0]


def demo(options: Options, *, trace: bool = False) -> int:
    """Exit code 0 when two relationships are gone and proven, and the third is as it was. `trace`: print what telemetry
    tells of the one that waits."""
    stack, within = Stack(options), LIKE_AZURE if options.like_azure else DEADLINE
    _require_customers(stack.tenant)
    say(f"starting the local stack in {options.data} …")
    try:
        client = Client(stack.start())
        waits = Waits(client, say, deployed=options.like_azure)
        outcomes = [_offboard(client, stack, waits, within, name, reason) for name, reason in REQUESTS]
        evidence = _write_evidence(options.data, client, outcomes)
        verified = [_verify(evidence, client, stack, outcome) for outcome in outcomes]
        for outcome, text in zip(outcomes, verified, strict=True):
            print_outcome(outcome)
            sys.stdout.write(text)
        if trace and options.telemetry is not None:
            waited = outcomes[[name for name, _ in REQUESTS].index(WAITS)]
            sys.stdout.write(f"\n━━ {WAITS}: the trace\n")
            sys.stdout.write(tree_of(read_rows(options.telemetry), waited["offboardingId"]))
        sys.stdout.write(f"\nEvidence (timelines, proofs, every call to the partner tenant): {evidence}\n")
    except (RequestException, AzureError) as error:
        stack.check()  # a part that died says more
        raise StackError(
            f"the local stack did not answer: {error}\nThe logs are in {options.data / 'logs'}", 1
        ) from error
    finally:
        stack.stop()
    wanted = {name: "withdrawn" if name == CALLED_OFF else "removed" for name, _ in REQUESTS}
    ended = [(outcome["customer"]["companyName"], outcome["status"]) for outcome in outcomes]
    missing = [(name, status) for name, status in ended if status != wanted[name]]
    for name, status in missing:
        say(f"demo: {name} ended as {status}, not {wanted[name]}")
    return 1 if missing else 0


def _offboard(client: Client, stack: Stack, waits: Waits, within: float, name: str, reason: str) -> dict[str, Any]:
    customer = _customer(client, name)
    request_id = f"demo-{name.split()[0].lower()}"
    known = client.find(request_id)
    if known is not None and known["status"] in TERMINAL:
        say(f"\n── {name}: an earlier run on this data has finished it ({known['status']})")
        return known
    if known is not None:
        say(f"\n── {name}: an earlier run on this data has asked for it ({known['status']}); it goes on")
        return _follow(client, stack, waits, within, request_id)
    say(f"\n── {name}: the CRM drops its request on the queue")
    client.send(
        {
            "version": "1",
            "requestId": request_id,
            "customerTenantId": customer["id"],
            "customerDomain": customer["domain"],
            "requestedBy": "demo@partner.example",
            "reason": reason,
        }
    )
    return _follow(client, stack, waits, within, request_id)


def _require_customers(tenant: Tenant) -> None:
    """A scenario without one of the customers cannot be demonstrated: said before anything is started."""
    there = {customer.name for customer in tenant.scenario.customers}
    missing = [name for name, _ in REQUESTS if name not in there]
    if missing:
        raise StackError(
            f"scenario {tenant.file} has no customer {' and none '.join(map(repr, missing))}, which the demo "
            "offboards. Leave out --scenario, or use `up` with a scenario of your own."
        )


def _customer(client: Client, name: str) -> dict[str, Any]:
    """The customer in the simulated tenant."""
    found: list[dict[str, Any]] = [item for item in client.state()["customers"] if item["name"] == name]
    return found[0]


def _follow(client: Client, stack: Stack, waits: Waits, within: float, request_id: str) -> dict[str, Any]:
    # On a terminal the whole timeline follows on stdout anyway: once is enough.
    progress = Progress(say, brief=sys.stdout.isatty() and sys.stderr.isatty())
    ends = time.monotonic() + within
    while time.monotonic() < ends:
        stack.check()
        shown = client.find(request_id)
        if shown is not None:
            progress.show(shown)
            if shown["status"] in TERMINAL or shown["status"] == "needs_attention":
                return shown
            if shown["status"] == "awaiting_approval":
                say(f"   ✍ {client.approve(shown, 'the plan is right')}, a second person, approves exactly this plan")
            if shown["status"] == "waiting" and shown["customer"].get("companyName") == CALLED_OFF:
                say(f"   ✋ {client.withdraw(shown, 'the wrong customer')} calls it off; what was changed is put back")
            else:
                waits.skip(shown)
        time.sleep(0.2)
    raise StackError(f"{request_id} did not finish within {within:.0f} s; the logs are in the data folder", 1)


def _verify(folder: Path, client: Client, stack: Stack, outcome: dict[str, Any]) -> str:
    """What the verifier says of the exported file, which stays in the folder with the key to trust."""
    exported, ends = client.exported(outcome["offboardingId"]), time.monotonic() + DEADLINE
    while not exported.exists():
        stack.check()
        if time.monotonic() > ends:
            raise StackError(f"the evidence {exported.name} was not exported within {DEADLINE:.0f} s", 1)
        time.sleep(0.2)
    name = str(outcome["customer"]["companyName"]).lower().replace(" ", "-")
    key, file = folder / "evidence-key.pem", folder / f"{name}.evidence.jsonl"
    write_private(key, client.evidence_key)
    write_private(file, exported.read_text(encoding="utf-8"))
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        code = verify_evidence([str(file), "--key", str(key)])
    if code:
        raise StackError(f"{file} does not stand up to its verification:\n{said.getvalue()}", 1)
    return f"   evidence {file.name}:\n" + "".join(f"      {line}\n" for line in said.getvalue().splitlines())


def _write_evidence(data: Path, client: Client, outcomes: list[dict[str, Any]]) -> Path:
    folder = private_folder(data.resolve() / KEPT)
    for outcome in outcomes:
        name = str(outcome["customer"]["companyName"]).lower().replace(" ", "-")
        text = json.dumps(outcome, indent=2, ensure_ascii=False)
        write_private(folder / f"{name}.json", text + "\n")
    lines = "".join(json.dumps(entry) + "\n" for entry in client.journal())
    write_private(folder / "journal.jsonl", lines)
    return folder
