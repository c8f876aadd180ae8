"""The local broker as a process, with the toy app's queues."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from azure.servicebus import ServiceBusClient, ServiceBusMessage

from local.host.tests.contract.process import DEADLINE, ROOT, environment

_ENTITIES = {
    "queues": [{"name": "orders", "properties": {"lockDuration": "PT5S", "maxDeliveryCount": 2}}],
    "topics": [{"name": "events", "subscriptions": [{"name": "crm"}]}],
}


@dataclass
class Broker:
    """A broker that keeps its messages in a folder, so that it can die and come back on the same port."""

    folder: Path
    process: "subprocess.Popen[str] | None" = None
    connection: str = ""
    port: int = 0

    def start(self) -> None:
        """Starts it and waits until it is ready."""
        entities = self.folder / "entities.json"
        entities.write_text(json.dumps(_ENTITIES))
        arguments = ["--entities", str(entities), "--data", str(self.folder / "data"), "--port", str(self.port)]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "local.broker", *arguments, "--exit-with-stdin"],
            cwd=ROOT,
            env=environment({}),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self.process.stdout is not None
        ready = json.loads(self.process.stdout.readline())
        self.port, self.connection = ready["port"], ready["servicebus"]

    def kill(self) -> None:
        """Ends it without notice."""
        if self.process is not None:
            self.process.kill()
            self.process.communicate(timeout=DEADLINE)
            self.process = None

    def send(self, *messages: ServiceBusMessage, topic: bool = False) -> None:
        """Sends to queue orders, or to topic events."""
        sender = self._client().get_topic_sender("events") if topic else self._client().get_queue_sender("orders")
        for message in messages:
            sender.send_messages(message)

    def peek(self) -> list[str | None]:
        """The ids of the messages that queue orders holds, locked ones too."""
        return [message.message_id for message in self._client().get_queue_receiver("orders").peek_messages(100)]

    def _client(self) -> ServiceBusClient:
        # Never closed: closing takes the SDK a second each time, and the broker dies with its test anyway.
        return ServiceBusClient.from_connection_string(self.connection)


@contextmanager
def running_broker(folder: Path) -> Iterator[Broker]:
    """A broker for one test."""
    folder.mkdir()
    broker = Broker(folder)
    broker.start()
    try:
        yield broker
    finally:
        broker.kill()
