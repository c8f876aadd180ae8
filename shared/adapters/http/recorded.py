"""Sending a write with its intent stored before and its answer kept after, as far as somebody records (I10)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from shared.adapters.http.answer import Answer, error_report
from shared.adapters.http.call import Call
from shared.domain.errors import NoAnswerError, OffboardingError
from shared.ports.write_deadline import require_time_to_write
from shared.ports.write_record import SentWrite, WriteResult, write_recorder


def send_recorded(call: Call, correlation_id: str, send: Callable[[], Answer]) -> Answer:
    """What `send` answers; raises what it raises, and what forbids to start by the time that the intent is stored: the
    claim ends too soon (I2), or the kill switch is held."""
    recorder = write_recorder() if call.effect else None
    if recorder is None:
        return send()
    intent = recorder.sending(SentWrite(call.method, call.path, call.request_id, _sha256(call.content)))
    try:
        require_time_to_write()
        answer = send()
    except NoAnswerError:
        recorder.ended(intent, WriteResult(correlation_id=correlation_id, none="no answer; the effect is unknown"))
        raise
    except OffboardingError as error:
        recorder.ended(intent, WriteResult(correlation_id=correlation_id, none=f"not sent: {error.code.value}"))
        raise
    recorder.ended(intent, _result(answer, correlation_id))
    return answer


def _result(answer: Answer, correlation_id: str) -> WriteResult:
    code = "" if answer.ok else error_report(answer).code
    return WriteResult(answer.status, code, correlation_id, "" if answer.cut else _sha256(answer.body))


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
