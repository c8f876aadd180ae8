"""From bytes to one JSON object, with an error that says at which byte reading stopped.

Stricter than the standard reader where a destructive request could mean two things: a repeated key, NaN and a
non-object are refused.
"""

from __future__ import annotations

import json
from typing import NoReturn

from shared.contracts.data_contract import BrokenWrapperError, unwrapped
from shared.domain.codes import ReasonCode
from shared.domain.errors import InvalidRequestError

MAX_BODY = 64 * 1024
"""Bytes. A request is a few hundred bytes; more is a mistake or an attack."""


class _RepeatedKeyError(ValueError):
    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(key)


def read_object(body: bytes, largest: int = MAX_BODY) -> dict[str, object]:
    """The JSON object in `body`; raises InvalidRequestError with a byte offset or the offending key.

    `largest` in bytes. The JSON may stand in the wrapper of .NET's DataContractSerializer; the offset is then that in
    the JSON.
    """
    if len(body) > largest:
        rule = f"the body must be at most {largest} bytes"
        raise InvalidRequestError(ReasonCode.BODY_TOO_LARGE, "$", rule, str(len(body)))
    try:
        body = unwrapped(body)
    except BrokenWrapperError as error:
        rule = (
            f"the JSON in the wrapper of .NET's DataContractSerializer cannot be read: {error}; send the JSON's own "
            "bytes (a Stream in place of a string)"
        )
        raise InvalidRequestError(ReasonCode.NOT_JSON, "$", rule) from None
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        rule = "the body must be UTF-8; this byte is not"
        raise InvalidRequestError(ReasonCode.NOT_UTF8, f"byte {error.start}", rule) from None
    try:
        value = json.loads(text, object_pairs_hook=_no_repeats, parse_constant=_no_constant)
        # Half a surrogate pair (RFC 8259, section 8.2) is read without complaint, but can never be stored or sent on.
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        rule = "the body holds half a surrogate pair (\\ud800 to \\udfff without its other half)"
        raise InvalidRequestError(ReasonCode.NOT_JSON, "$", rule) from None
    except json.JSONDecodeError as error:
        offset = len(text[: error.pos].encode()) + (3 if body.startswith(b"\xef\xbb\xbf") else 0)
        rule = f"the body must be JSON; reading stopped here: {error.msg}"
        raise InvalidRequestError(ReasonCode.NOT_JSON, f"byte {offset}", rule) from None
    except _RepeatedKeyError as error:
        key = error.key.encode(errors="backslashreplace").decode()
        raise InvalidRequestError(ReasonCode.REPEATED_FIELD, key, "a field may be given once only") from None
    except (RecursionError, ValueError) as error:
        rule = f"the body cannot be read as JSON: {'nested too deeply' if isinstance(error, RecursionError) else error}"
        raise InvalidRequestError(ReasonCode.NOT_JSON, "$", rule) from None
    if not isinstance(value, dict):
        raise InvalidRequestError(ReasonCode.NOT_AN_OBJECT, "$", "the body must be a JSON object", type(value).__name__)
    return value


def _no_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    result: dict[str, object] = {}
    for key, value in pairs:
        if key in result:
            raise _RepeatedKeyError(key)
        result[key] = value
    return result


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
