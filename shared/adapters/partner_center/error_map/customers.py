"""Answers about the customer as a whole. Only the proofs of `confirm` decide whether a relationship is really gone."""

from __future__ import annotations

import re

from shared.adapters.http.error_map import About, ErrorRow
from shared.domain.errors import Verdict

CUSTOMER = re.compile(r"/v1/customers/[^/]+", re.IGNORECASE)
BELOW = re.compile(r"/v1/customers/[^/]+/.+", re.IGNORECASE)
EITHER = re.compile(r"/v1/customers/[^/]+(/.+)?", re.IGNORECASE)
RESERVED_STYLE = re.compile(r"cannot be removed due to active azure reserved instances", re.IGNORECASE)
NOT_OURS = "this partner has no relationship with the customer"
SUPPORT = "Ask Microsoft support, then resume."


def _gone(status: int, code: str, path: re.Pattern[str] = EITHER, text: re.Pattern[str] | None = None) -> ErrorRow:
    return ErrorRow(
        status, code, Verdict.ALREADY_DONE, NOT_OURS, about=About.CUSTOMER, path=path, text=text,
    )  # fmt: skip


CUSTOMERS = (
    ErrorRow(
        None,
        None,
        Verdict.CANNOT_NOW,
        "something in Azure is still active; the order of an Azure plan is listed here like that of a reservation",
        "Cancel the Azure subscriptions below the plan and suspend it, or return the reservation, then resume.",
        path=CUSTOMER,
        text=RESERVED_STYLE,
    ),
    *(_gone(status, code) for code in ("20002", "900159") for status in (400, 403, 404)),
    *(_gone(status, code) for code in ("60003", "3000") for status in (403, 404)),
    # 1000 only says "not found": below the customer it is the object that is missing.
    *(_gone(status, "1000", CUSTOMER) for status in (403, 404)),
    # 400/3000 is "invalid property" in general, and what a second removal is answered with.
    _gone(400, "3000", CUSTOMER, re.compile("relationship between", re.IGNORECASE)),
    ErrorRow(
        None,
        "1002",
        Verdict.OPERATOR,
        "the call is not authorized: the customer left this partner, or the signed-in user lacks a role for it",
        "Look whether Partner Center still lists the customer, and give the user the Admin agent role, then resume.",
        path=EITHER,
    ),
    ErrorRow(
        400,
        "900118",
        Verdict.OPERATOR,
        "the customer id is not accepted",
        "Check the customer's tenant id in Partner Center; a wrong one needs a new request.",
    ),
    ErrorRow(403, "900416", Verdict.OPERATOR, "Microsoft has locked the customer", SUPPORT),
)
