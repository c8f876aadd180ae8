"""Hypothesis strategies for everything that a store keeps: derived from the types, so that a new field is tried too."""

from __future__ import annotations

import json
import types
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

from shared.domain.holdings.ledger import HoldingRecord
from shared.domain.offboarding.messages import OutboundMessage, TimelineEntry
from shared.domain.offboarding.record import Offboarding

TEXT = st.text(max_size=40)
MOMENTS = st.datetimes(datetime(1971, 1, 1), datetime(2254, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
SIMPLE: dict[Any, st.SearchStrategy[Any]] = {
    str: TEXT,
    int: st.integers(-(2**63), 2**63),
    bool: st.booleans(),
    Decimal: st.decimals(allow_nan=False, allow_infinity=False),
    bytes: st.binary(max_size=200),
    datetime: MOMENTS,
    type(None): st.none(),
}


LATER_FIELDS = st.dictionaries(TEXT.map("later ".__add__), st.integers() | TEXT, max_size=2).map(
    lambda kept: json.dumps({"format": "1.9"} | kept)
)
BY_NAME = {"later": st.just("") | LATER_FIELDS, "unread": st.just("")}
"""Texts that are not any text: JSON of a later version, and what cannot be written at all."""


def values(kind: Any) -> st.SearchStrategy[Any]:
    """Any value of a type: dataclasses, enumerations, tuples, unions and what is simple."""
    if kind in SIMPLE:
        return SIMPLE[kind]
    if get_origin(kind) is tuple:
        first, *others = get_args(kind)
        if others == [...]:
            return st.lists(values(first), max_size=2).map(tuple)
        return st.tuples(*(values(item) for item in (first, *others)))
    if get_origin(kind) in (Union, types.UnionType):
        return st.one_of(*(values(item) for item in get_args(kind)))
    if isinstance(kind, type) and issubclass(kind, Enum):
        return st.sampled_from(list(kind))
    if is_dataclass(kind) and isinstance(kind, type):
        drawn = {name: values(hint) for name, hint in get_type_hints(kind).items() if name not in BY_NAME}
        named = {item.name: (drawn | BY_NAME)[item.name] for item in fields(kind)}
        return st.builds(kind, **named)
    if kind is timedelta:
        return st.timedeltas(timedelta(0), timedelta(days=400))
    raise TypeError(f"no strategy for {kind}")


def offboardings() -> st.SearchStrategy[Offboarding]:
    return values(Offboarding)


def holdings() -> st.SearchStrategy[tuple[HoldingRecord, ...]]:
    kind = values(HoldingRecord)
    return st.lists(kind, max_size=3, unique_by=lambda item: item.holding.key).map(tuple)


def entries() -> st.SearchStrategy[tuple[TimelineEntry, ...]]:
    numbered = st.builds(lambda entry, seq: replace(entry, seq=seq), values(TimelineEntry), st.integers(0, 2**31))
    return st.lists(numbered, max_size=3, unique_by=lambda item: item.seq).map(tuple)


def messages() -> st.SearchStrategy[tuple[OutboundMessage, ...]]:
    return st.lists(values(OutboundMessage), max_size=3, unique_by=lambda item: item.id).map(tuple)
