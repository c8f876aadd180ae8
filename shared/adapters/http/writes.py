"""What the answer to a write proves.

A 2xx write happened or was accepted, whatever its body looks like: a body that cannot be read is tolerated, but proves
nothing, so the caller reads the resource back.
"""

from __future__ import annotations

from collections.abc import Callable

from shared.adapters.http.answer import Answer, document, readable
from shared.adapters.http.record import Record
from shared.domain.errors import UnreadableAnswerError
from shared.domain.partner import WriteAnswer

ACCEPTED = 202


def shown(answer: Answer) -> Record | None:
    """The object in the body, None if there is no readable one."""
    try:
        return Record(document(answer, "answer"), "answer")
    except UnreadableAnswerError:
        return None


def nothing_shown(record: Record) -> bool:
    """For writes whose answer proves nothing."""
    return False


def written(answer: Answer, proves: Callable[[Record], bool] = nothing_shown) -> WriteAnswer:
    """The WriteAnswer of a 2xx answer; `completed` if it is not a 202 and its body shows what `proves` looks for."""
    location = answer.headers.get("Location", "")
    if answer.status == ACCEPTED:
        return WriteAnswer(answer.status, completed=False, detail=f"accepted {readable(location, 200)}".strip())
    record = shown(answer)
    if record is None:
        return WriteAnswer(answer.status, completed=False, detail="answered without a readable body")
    try:
        return WriteAnswer(answer.status, completed=proves(record), detail=_status(record))
    except UnreadableAnswerError as error:
        return WriteAnswer(answer.status, completed=False, detail=readable(error.message))


def _status(record: Record) -> str:
    status = record.text("status")
    return f"status {readable(status, 40)}" if status else ""
