"""Sending a write that is recorded: the intent before, what came of it after, whatever that is."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

import pytest

from shared.adapters.http.answer import Answer
from shared.adapters.http.call import Call
from shared.adapters.http.recorded import send_recorded
from shared.domain.errors import (
    BrakeHeldError,
    ClaimEndingError,
    ConcurrencyConflictError,
    NoAnswerError,
    OffboardingError,
    UnavailableError,
)
from shared.ports.write_deadline import writes_pass, writes_start_before
from shared.ports.write_record import SentWrite, WriteResult, writes_recorded_by

CALL = Call("PATCH", "/v1/customers/c", "t", body={"a": "ä"}, effect=True, request_id="r-1")
BODY = hashlib.sha256(b'{"a":"\\u00e4"}').hexdigest()


@dataclass
class Kept:
    """What a recorder was told, in order."""

    told: list[SentWrite | WriteResult] = field(default_factory=list)

    def sending(self, write: SentWrite) -> int:
        self.told.append(write)
        return 7

    def ended(self, intent: int, result: WriteResult) -> None:
        assert intent == 7
        self.told.append(result)


def sent(answer: Answer | OffboardingError, call: Call = CALL) -> list[SentWrite | WriteResult]:
    kept = Kept()

    def send() -> Answer:
        if isinstance(answer, OffboardingError):
            raise answer
        kept.told.append(WriteResult(none="sent"))
        return answer

    with writes_recorded_by(kept):
        if isinstance(answer, OffboardingError):
            with pytest.raises(type(answer)):
                send_recorded(call, "c-1", send)
        else:
            assert send_recorded(call, "c-1", send) == answer
    return kept.told


def test_the_intent_has_what_is_sent_and_the_answer_what_came() -> None:
    told = sent(Answer(200, {}, b"done"))
    digest = hashlib.sha256(b"done").hexdigest()
    assert told == [
        SentWrite("PATCH", "/v1/customers/c", "r-1", BODY),
        WriteResult(none="sent"),
        WriteResult(200, "", "c-1", digest),
    ]


def test_a_refusal_has_its_code_and_an_answer_that_broke_off_no_hash() -> None:
    refused = sent(Answer(400, {}, b'{"code": 800002, "description": "no"}'))[-1]
    assert isinstance(refused, WriteResult)
    assert (refused.status, refused.code) == (400, "800002")
    assert sent(Answer(200, {}, b"", cut=True))[-1] == WriteResult(200, "", "c-1", "")


@pytest.mark.parametrize(
    ("error", "none"),
    [
        (NoAnswerError("lost"), "no answer; the effect is unknown"),
        (UnavailableError("no connection"), "not sent: unavailable"),
    ],
)
def test_where_there_is_no_answer_it_says_why(error: OffboardingError, none: str) -> None:
    assert sent(error)[-1] == WriteResult(correlation_id="c-1", none=none)


def test_what_may_not_start_once_the_intent_is_stored_is_not_sent() -> None:
    kept = Kept()

    def held() -> None:
        raise BrakeHeldError("Ada", "a test")

    def never() -> Answer:
        raise AssertionError("sent")

    with writes_recorded_by(kept), writes_start_before(1.0, lambda: 2.0), pytest.raises(ClaimEndingError):
        send_recorded(CALL, "c-1", never)
    with writes_recorded_by(kept), writes_pass(held), pytest.raises(BrakeHeldError):
        send_recorded(CALL, "c-1", never)
    ends = [one.none for one in kept.told if isinstance(one, WriteResult)]
    assert ends == ["not sent: claim_ending", "not sent: brake_held"]


def test_a_write_whose_intent_is_not_stored_is_not_sent() -> None:
    class Lost(Kept):
        def sending(self, write: SentWrite) -> int:
            raise ConcurrencyConflictError("another handler")

    kept = Lost()
    with writes_recorded_by(kept), pytest.raises(ConcurrencyConflictError):
        send_recorded(CALL, "c-1", lambda: Answer(200, {}))
    assert kept.told == []


def test_a_read_is_not_recorded_and_without_a_recorder_nothing_is() -> None:
    reading = Call("POST", "/calculateRefund", "t", body={})
    assert sent(Answer(200, {}), reading) == [WriteResult(none="sent")]
    assert send_recorded(CALL, "c-1", lambda: Answer(200, {})) == Answer(200, {})
