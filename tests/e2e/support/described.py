"""What schemathesis is told about this interface (SCHEMATHESIS_HOOKS): who calls, and what there is to call about.

What fits the document is sent about offboardings that exist, with the ETag that they have now; else most calls would
end at 404 or 412. What does not fit is sent as it is. The first calls of each
operation are made once more by nobody, who is let in nowhere.
"""

from __future__ import annotations

import itertools
import os
from collections import Counter
from typing import Any

import requests
import schemathesis

KNOWN = itertools.cycle(os.environ["DESCRIBED_IDS"].split(","))
SIGNED_IN = {"Authorization": f"Bearer {os.environ['DESCRIBED_TOKEN']}"}
OPEN = {"/api/forged-identity"}
CREDENTIALS = {"authorization", "x-functions-key"}
TIMEOUT = 20
ENOUGH = 8
ASKED: Counter[str] = Counter()
"""How many calls of an operation were made by nobody as well."""


@schemathesis.hook
def before_call(_context: Any, case: Any, _arguments: dict[str, Any]) -> None:
    """Sign in, and speak of something that is there."""
    for name in [name for name in case.headers if name.lower() in CREDENTIALS]:
        del case.headers[name]
    case.query.pop("code", None)
    case.headers.update(SIGNED_IN)
    if not case.meta.generation.mode.is_positive:
        return
    place = case.operation.path
    if place.startswith("/api/offboardings/{id}"):
        case.path_parameters["id"] = next(KNOWN)
        place = f"/api/offboardings/{case.path_parameters['id']}"
    if "If-Match" in case.headers:
        seen = requests.get(case.operation.base_url.rstrip("/") + place, headers=SIGNED_IN, timeout=TIMEOUT)
        case.headers["If-Match"] = seen.headers.get("ETag", '"none"')


@schemathesis.check
def nobody_is_let_in(_context: Any, _response: Any, case: Any) -> None:
    """Without a sign-in, and with a wrong key, the same call is refused."""
    another_method = case.method.upper() != case.operation.method.upper()  # 404 to everybody
    if case.operation.path in OPEN or another_method or ASKED[case.operation.label] >= ENOUGH:
        return
    ASKED[case.operation.label] += 1
    for given in ({}, {"x-functions-key": "wrong"}):
        headers = {name: value for name, value in case.headers.items() if name.lower() not in CREDENTIALS}
        prepared = case.as_transport_kwargs(headers={**headers, **given})
        prepared["headers"].pop("Authorization", None)
        answer = requests.request(**prepared, timeout=TIMEOUT)
        if answer.status_code != 401:
            raise AssertionError(f"answered {answer.status_code} to nobody, with {given or 'no credentials'}")
