"""W3C trace context of an invocation, taken from what triggered it.

This host exports no spans of its own, so the caller's traceparent is passed on unchanged and the chain stays whole.
Source: https://www.w3.org/TR/trace-context/
"""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

# Service Bus clients write the first name today and the second one in older versions.
MESSAGE_PROPERTIES = ("traceparent", "Diagnostic-Id")
_TRACEPARENT = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


@dataclass(frozen=True, slots=True)
class Trace:
    """traceparent and tracestate, as text."""

    parent: str
    state: str = ""


def take_trace(carrier: Mapping[str, object], names: tuple[str, ...] = ("traceparent",)) -> Trace:
    """The trace of the first name that holds a valid traceparent, else a new sampled one."""
    for name in names:
        value = carrier.get(name)
        if isinstance(value, str) and _TRACEPARENT.fullmatch(value):
            state = carrier.get("tracestate")
            return Trace(value, state if isinstance(state, str) else "")
    return Trace(f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01")
