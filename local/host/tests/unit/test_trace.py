"""Where an invocation takes its trace from."""

import pytest

from local.host.invoke.trace import MESSAGE_PROPERTIES, Trace, take_trace

_VALID = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.mark.parametrize("name", MESSAGE_PROPERTIES)
def test_the_carriers_trace_goes_on(name: str) -> None:
    assert take_trace({name: _VALID, "tracestate": "a=b"}, MESSAGE_PROPERTIES) == Trace(_VALID, "a=b")


@pytest.mark.parametrize(
    "value",
    [
        None,
        7,
        "",
        "garbage",
        _VALID.upper(),
        "ff" + _VALID[2:],
        "00-" + "0" * 32 + "-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-" + "0" * 16 + "-01",
    ],
)
def test_anything_invalid_begins_a_new_trace(value: object) -> None:
    new = take_trace({"traceparent": value})
    assert new.parent != value
    assert take_trace({"traceparent": new.parent}).parent == new.parent
