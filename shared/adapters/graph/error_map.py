"""Error codes of Microsoft Graph for delegated admin relationships (Microsoft Graph error responses).

Graph's codes are words that several causes share, so the status decides. A request to terminate that does not fit the
relationship's status means that the status has changed since it was read.
"""

from __future__ import annotations

import re
from datetime import timedelta

from shared.adapters.http.error_map import About, ErrorRow, rules_of
from shared.adapters.http.failures import BUSY_WAIT
from shared.domain.errors import Verdict

ROLE = (
    "Give the application DelegatedAdminRelationship.ReadWrite.All with an administrator's consent, and the signed-in "
    "user the Admin agent role; it goes on by itself."
)
LOOK = "Look at the relationship under Administer in Partner Center; end it there if it goes on."


ONE = re.compile(r"/v1\.0/tenantRelationships/delegatedAdminRelationships/.+", re.IGNORECASE)


def _one(status: int, verdict: Verdict, sentence: str, advice: str = "", wait: timedelta | None = None) -> ErrorRow:
    return ErrorRow(status, None, verdict, sentence, advice, wait, path=ONE)


GRAPH = (
    ErrorRow(
        401,
        "InvalidAuthenticationToken",
        Verdict.OPERATOR,
        "the token is not accepted, also when renewed",
        ROLE,
        about=About.TOKEN,
    ),
    ErrorRow(403, None, Verdict.OPERATOR, "the sign-in may not use delegated admin relationships", ROLE),
    _one(400, Verdict.ALREADY_DONE, "the relationship is not in a state that can be ended", LOOK),
    _one(404, Verdict.ALREADY_DONE, "there is no such relationship any more", LOOK),
    _one(409, Verdict.RETRY_LATER, "another request for the relationship is in progress", wait=BUSY_WAIT),
    _one(412, Verdict.RETRY_LATER, "it was changed after it had been read, so it is read again first", wait=BUSY_WAIT),
)
graph_rules = rules_of(GRAPH)
