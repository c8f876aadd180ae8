"""The object is gone, done already, or not in the state that was read: everything is read again before a next call.

A few such answers in a row about an object that still looks as before are a refusal for good
(`pipeline/steps/effects.py`).
"""

from __future__ import annotations

import re

from shared.adapters.http.error_map import ErrorRow
from shared.adapters.partner_center.error_map.customers import BELOW
from shared.domain.errors import Verdict

SUSPENDED = "it is suspended, and cannot be updated in that state"
MEANWHILE = "it was changed after it had been read"
LOOK = "Look at it in Partner Center: it is listed, but not in the state that the list shows. Then resume."


def _changed(status: int, code: str | None, sentence: str) -> ErrorRow:
    return ErrorRow(status, code, Verdict.ALREADY_DONE, sentence, LOOK)


CHANGED = (
    _changed(400, "2011", "it is deleted already and cannot be updated"),
    _changed(404, "20003", "there is no such subscription any more"),
    _changed(404, "800111", "there is no such Azure subscription any more"),
    ErrorRow(404, "1000", Verdict.ALREADY_DONE, "what was called does not exist any more", LOOK, path=BELOW),
    _changed(400, "800040", "its status cannot be changed like this from the one that it has"),
    _changed(400, "800091", SUSPENDED),
    _changed(400, "2055", MEANWHILE),
    _changed(412, None, MEANWHILE),
    _changed(417, "800036", MEANWHILE),
    # The pipeline changes none of these by itself: the body was made from a resource that has changed since.
    *(_changed(400, code, MEANWHILE) for code in ("800090", "800095", "800097", "800098", "900214", "900257")),
    # 2001 is used by another source for a call that lacks a value.
    ErrorRow(400, "2001", Verdict.ALREADY_DONE, SUSPENDED, LOOK, text=re.compile("quantity|suspend", re.IGNORECASE)),
    _changed(400, "900279", "it is past the state in which it can be updated"),
)
