"""Hypothesis strategies for AMQP values, with the types that the encoder tells apart."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from local.broker.amqp.types import Described, Int, Symbol, Timestamp, UByte, UInt, ULong, UShort

_ASCII = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=300)
_KEYS = st.one_of(st.text(max_size=20), _ASCII.map(Symbol), st.integers(-(2**63), 2**63 - 1))

SCALARS: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.integers(0, 255).map(UByte),
    st.integers(0, 2**16 - 1).map(UShort),
    st.integers(0, 2**32 - 1).map(UInt),
    st.integers(0, 2**64 - 1).map(ULong),
    st.integers(-(2**31), 2**31 - 1).map(Int),
    st.integers(-(2**63), 2**63 - 1).map(Timestamp),
    st.floats(allow_nan=False),
    st.uuids(),
    st.binary(max_size=300),
    st.text(max_size=300),
    _ASCII.map(Symbol),
)

VALUES: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=5),
        st.dictionaries(_KEYS, inner, max_size=5),
        st.builds(Described, st.integers(0, 255).map(ULong), inner),
    ),
    max_leaves=20,
)
