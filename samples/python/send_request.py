"""Sends one offboarding request to the queue: python send_request.py REQUEST.json

In Azure set SERVICEBUS_NAMESPACE (Entra sign-in), locally SERVICEBUS (connection string). Sending a request again is
safe: its requestId makes it the same offboarding. Exit code 0: Service Bus has it; 1: it may not have arrived.
"""

import json
import os
import sys
from pathlib import Path

from azure.core.exceptions import AzureError
from azure.identity import DefaultAzureCredential
from azure.servicebus import ServiceBusClient, ServiceBusMessage


def connect() -> ServiceBusClient:
    """A client for the namespace that the environment names."""
    if namespace := os.environ.get("SERVICEBUS_NAMESPACE"):
        return ServiceBusClient(namespace, DefaultAzureCredential())
    if connection_string := os.environ.get("SERVICEBUS"):
        return ServiceBusClient.from_connection_string(connection_string)
    sys.exit("set SERVICEBUS_NAMESPACE (NAME.servicebus.windows.net) or SERVICEBUS (a connection string)")


def main(path: str) -> None:
    """Read, send, wait for the acknowledgement."""
    try:
        body = Path(path).read_text(encoding="utf-8")
        request = json.loads(body)
        request_id = str(request.get("data", request)["requestId"])  # bare, or in a CloudEvents envelope
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        sys.exit(f"{path} is not a request: {error!r}")
    # A request that is refused comes back on queue offboarding-rejected with this message id as its correlation id.
    message = ServiceBusMessage(body, message_id=request_id, content_type="application/json")
    try:
        with connect() as client, client.get_queue_sender("offboarding-requests") as sender:
            sender.send_messages(message)
    except (AzureError, ValueError) as error:
        sys.exit(f"{request_id} may not have arrived, send it again: {error}")
    print(f"sent {request_id}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: send_request.py REQUEST.json")
    main(sys.argv[1])
