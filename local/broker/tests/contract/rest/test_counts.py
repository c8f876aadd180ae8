"""The counts of an entity, as a manager reads them."""

from __future__ import annotations

import re

from local.broker.server import BrokerServer
from local.broker.tests.contract.rest.client import Rest


def counts(rest: Rest, queue: str) -> dict[str, int]:
    """Counts by name."""
    reply = rest.call("GET", f"/{queue}")
    assert (reply.status, reply.headers["Content-Type"].split(";")[0]) == (200, "application/atom+xml")
    return {name: int(count) for name, count in re.findall(r"(\w+)MessageCount>(\d+)<", reply.body.decode())}


def test_active_messages_include_locked_ones_and_no_scheduled_or_dead_ones(rest: Rest, queue: str) -> None:
    assert counts(rest, queue) == {"Active": 0, "DeadLetter": 0, "Scheduled": 0}
    rest.send(queue, b"locked")
    locked = rest.lock(queue)
    assert locked.status == 201
    rest.send(queue, b"waits")
    rest.send(queue, b"later", ScheduledEnqueueTimeUtc="Fri, 01 Jan 2100 00:00:00 GMT")
    assert counts(rest, queue) == {"Active": 2, "DeadLetter": 0, "Scheduled": 1}


def test_counts_want_a_token_and_can_only_be_read(door: BrokerServer, rest: Rest, queue: str) -> None:
    assert rest.call("PUT", f"/{queue}").status == 404
    with Rest(door.rest_url, "SharedAccessSignature sr=x&sig=x&se=1&skn=x") as stranger:
        assert stranger.call("GET", f"/{queue}").status == 401
