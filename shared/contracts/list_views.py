"""What the HTTP interface shows of a list: each offboarding in short, with what was asked for beside it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated

from pydantic import Field

from shared.contracts.base import UtcTime, WireModel
from shared.contracts.holding_views import HoldingView, holding_view
from shared.contracts.summary import SummaryView, summary_view
from shared.domain.holdings.ledger import HoldingRecord
from shared.domain.offboarding.needs import Need, NeedKind
from shared.domain.offboarding.record import Offboarding


class NeedView(WireModel):
    """Why a person is needed, and what that person does. `at`: until when, where that is known."""

    kind: NeedKind
    what_to_do: str
    at: UtcTime | None = None


class ListedView(SummaryView):
    """An offboarding in a list, with what the list was asked for."""

    needs: Annotated[tuple[NeedView, ...] | None, Field(description="With `needsMe`: why a person is needed.")] = None
    holdings: Annotated[
        tuple[HoldingView, ...] | None,
        Field(description="With `product`: the holdings that are of it, ended ones too; else with `holdings`: all."),
    ] = None


class PageView(WireModel):
    """One page of a list; `next` is the path of the next one."""

    items: tuple[ListedView, ...]
    next: str | None = None


def listed_view(
    head: Offboarding, now: datetime, needs: Iterable[Need] | None, records: Iterable[HoldingRecord] | None
) -> ListedView:
    """The list form as of `now` (aware UTC, business time); None for what was not asked for."""
    summary = summary_view(head)
    return ListedView(
        **{name: getattr(summary, name) for name in SummaryView.model_fields},
        needs=None if needs is None else tuple(_need(item) for item in needs),
        holdings=None if records is None else tuple(holding_view(record, now) for record in records),
    )


def _need(need: Need) -> NeedView:
    return NeedView(kind=need.kind, what_to_do=need.what_to_do, at=need.at)
