"""Follows offboardings until one has ended: python follow_outcome.py REQUEST_ID [SECONDS]

Handles every event of subscription crm, those of other requests too: there is one reader of a subscription, and what
it completes is gone. Exit code 0: ended; 1: rejected, or not ended in time (default 300 s). Settings as to send.
"""

import json
import os
import sqlite3
import sys
import time

from azure.core.exceptions import AzureError
from azure.identity import DefaultAzureCredential
from azure.servicebus import ServiceBusClient, ServiceBusReceivedMessage

TABLE = """CREATE TABLE IF NOT EXISTS event
    (id TEXT PRIMARY KEY, request TEXT, type TEXT, outcome INTEGER, body TEXT, subject TEXT, sequence TEXT)"""


def connect() -> ServiceBusClient:
    """A client for the namespace that the environment names."""
    if namespace := os.environ.get("SERVICEBUS_NAMESPACE"):
        return ServiceBusClient(namespace, DefaultAzureCredential())
    if connection_string := os.environ.get("SERVICEBUS"):
        return ServiceBusClient.from_connection_string(connection_string)
    sys.exit("set SERVICEBUS_NAMESPACE (NAME.servicebus.windows.net) or SERVICEBUS (a connection string)")


def handle(message: ServiceBusReceivedMessage, crm: sqlite3.Connection) -> None:
    """Store an event once, and show it unless a later one was there before it; raises ValueError, KeyError or TypeError
    when it is none."""
    event = json.loads(str(message))
    data, is_outcome = event["data"], (message.application_properties or {}).get(b"outcome") == b"true"
    subject, sequence = event.get("subject"), event.get("sequence", "")
    row = (event["id"], data["requestId"], event["type"], is_outcome, str(message), subject, sequence)
    with crm:  # One transaction: what else the event changes in the CRM belongs in here.
        later = crm.execute("SELECT 1 FROM event WHERE subject = ? AND sequence > ?", (subject, sequence)).fetchone()
        if crm.execute("INSERT OR IGNORE INTO event VALUES (?, ?, ?, ?, ?, ?, ?)", row).rowcount and not later:
            why = data.get("reason", {}).get("text") or data.get("stage")
            print(f"{event['type']} {data['requestId']}: {why}", flush=True)


def outcome_of(request_id: str, crm: sqlite3.Connection) -> str | None:
    """The type of the outcome event of a request, once it was handled."""
    found = crm.execute("SELECT type FROM event WHERE request = ? AND outcome", (request_id,)).fetchone()
    return str(found[0]) if found else None


def follow(request_id: str, crm: sqlite3.Connection, ends: float) -> str | None:
    """Handle events until the outcome is there; complete each after it was stored, never before."""
    with connect() as client, client.get_subscription_receiver("offboarding-events", "crm") as receiver:
        while (outcome := outcome_of(request_id, crm)) is None and time.monotonic() < ends:
            for message in receiver.receive_messages(max_message_count=20, max_wait_time=2):
                try:
                    handle(message, crm)
                except (ValueError, KeyError, TypeError) as error:
                    receiver.dead_letter_message(message, reason="unreadable", error_description=repr(error))
                else:
                    receiver.complete_message(message)
    return outcome


def main(request_id: str, seconds: float = 300.0) -> None:
    """The outcome that the CRM has, or else the one to come."""
    crm, ends = sqlite3.connect("crm.sqlite3"), time.monotonic() + seconds
    crm.execute(TABLE)
    if outcome := outcome_of(request_id, crm):
        print(f"already known: {outcome} {request_id}")
    else:
        outcome = follow(request_id, crm, ends)
    if outcome in (None, "offboarding.rejected.v1"):
        sys.exit(f"{request_id}: {outcome or f'has not ended within {seconds:.0f} s'}")


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit("usage: follow_outcome.py REQUEST_ID [SECONDS]")
    try:
        main(sys.argv[1], *map(float, sys.argv[2:]))
    except (ValueError, AzureError) as error:
        sys.exit(f"cannot follow {sys.argv[1]}: {error}")
