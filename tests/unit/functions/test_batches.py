"""Batches over HTTP: an answer for each request, and where each stands."""

from __future__ import annotations

import json
from typing import Any

from local.world.world import World
from shared.contracts.batch import LARGEST_BODY
from tests.unit.functions.support import KEY, Answer, call
from tests.unit.functions.test_http_api import body_of


def send(*requests: Any, name: str = "b-1") -> Answer:
    return call("create_batch", json.dumps({"batchId": name, "requests": requests}).encode(), headers=KEY)


def test_a_batch_is_answered_and_shown(world: World) -> None:
    first, second = (json.loads(body_of(world, requestId=name, dryRun=True)) for name in ("one", "two"))
    answer = send(first, {"requestId": "three"}, second)

    assert (answer.status, answer.headers["Location"]) == (200, "/api/batches/b-1")
    assert [item["position"] for item in answer.json["items"]] == [0, 1, 2]
    assert (answer.json["accepted"], answer.json["alreadyThere"]) == (2, 0)
    assert [item["result"] for item in answer.json["items"]] == ["accepted", "refused", "accepted"]
    refused = answer.json["items"][1]
    assert (refused["requestId"], refused["problem"]["code"]) == ("three", "missing_field")
    assert {"requestedBy", "reason"} <= {item["field"] for item in refused["problem"]["errors"]}
    world.run()
    shown = call("get_batch", route={"id": "b-1"}, headers=KEY).json
    assert shown["counts"] == {"not_accepted": 1, "planned": 2}
    assert [item.get("status") for item in shown["items"]] == ["planned", None, "planned"]
    assert shown["items"][0]["reason"]["code"] == "dry_run"
    assert shown["complete"] is True
    assert shown["offboardings"] == "/api/offboardings?batchId=b-1"
    listed = call("list_offboardings", query={"batchId": "b-1"}, headers=KEY).json["items"]
    assert [(item["requestId"], item["batchId"], item["correlationId"]) for item in listed] == [
        ("two", "b-1", "two"),
        ("one", "b-1", "one"),
    ]
    assert send(first, {"requestId": "three"}, second).json == answer.json


def test_other_requests_under_the_same_id_are_a_conflict(world: World) -> None:
    assert send({}).status == 200
    other = send({}, {})
    assert (other.status, other.json["code"]) == (409, "batch_id_reused")
    assert other.json["operatorAction"]


def test_an_unknown_batch_and_one_that_is_too_large(world: World) -> None:
    unknown = call("get_batch", route={"id": "x" * 500})
    assert (unknown.status, unknown.json["code"]) == (404, "not_found")
    assert len(unknown.json["detail"]) < 200
    large = call("create_batch", b" " * (LARGEST_BODY + 1))
    assert (large.status, large.json["code"]) == (413, "body_too_large")
    assert world.all() == []


def test_a_batch_id_that_is_none_is_told_what_it_has_to_be() -> None:
    answer = call("create_batch", b'{"batchId": "../x", "requests": [{}]}', headers=KEY)
    assert (answer.status, answer.json["field"]) == (422, "batchId")
    assert "batchId: must be 1 to 128 letters, digits" in answer.json["detail"]
