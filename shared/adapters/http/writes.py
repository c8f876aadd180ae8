"""What the answer to a write tells.

A 2xx write happened or was accepted, whatever its body looks like. It proves no effect: the caller reads back.
"""

from __future__ import annotations

from shared.adapters.http.answer import Answer, document, readable
from shared.adapters.http.record import Record
from shared.domain.errors import UnreadableAnswerError
from shared.domain.holdings.records import WriteAnswer

ACCEPTED = 202


def shown(answer: Answer) -> Record | None:
    """The object in the body, None if there is no readable one."""
    try:
        return Record(document(answer, "answer"), "answer")
    except UnreadableAnswerError:
        return None


def written(answer: Answer) -> WriteAnswer:
    """The WriteAnswer of a 2xx answer, with what its body or its Location tells for the timeline."""
    location = answer.headers.get("Location", "")
    if answer.status == ACCEPTED:
        return WriteAnswer(answer.status, f"accepted {readable(location, 200)}".strip())
    record = shown(answer)
    if record is None:
        return WriteAnswer(answer.status, "answered without a readable body")
    try:
        return WriteAnswer(answer.status, _status(record))
    except UnreadableAnswerError as error:
        return WriteAnswer(answer.status, readable(error.message))


def _status(record: Record) -> str:
    status = record.text("status")
    return f"status {readable(status, 40)}" if status else ""
