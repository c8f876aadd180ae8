"""Log lines: their parts, both formats."""

import io
import json
import logging
import threading
from collections.abc import Iterator

import pytest

from local.host import logs
from local.host.invoke.context import Invocation, current


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """A stand-in for stderr; the root logger is put back afterwards."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield io.StringIO()
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
def invocation() -> Iterator[None]:
    token = current.set(Invocation("id-7", "plan"))
    yield
    current.reset(token)


@pytest.mark.usefixtures("invocation")
def test_text(stream: io.StringIO) -> None:
    logs.configure(logs.LogFormat.TEXT, stream)
    logging.getLogger("app").warning("two\nlines %s", 1)
    line = stream.getvalue()
    assert line.count("\n") == 1
    assert line.split(maxsplit=4)[1:] == ["WARNING", "plan", "id-7", "two⏎lines 1\n"]
    assert line.split()[0].endswith("Z")


def test_text_shows_a_traceback_below_its_line(stream: io.StringIO) -> None:
    logs.configure(logs.LogFormat.TEXT, stream)
    try:
        raise ValueError("x")
    except ValueError:
        logging.getLogger("app").exception("failed")
    first, *rest = stream.getvalue().splitlines()
    assert first.endswith("- - failed")
    assert all(line.startswith("    ") for line in rest)
    assert rest[-1].strip() == "ValueError: x"


@pytest.mark.usefixtures("invocation")
def test_json(stream: io.StringIO) -> None:
    logs.configure(logs.LogFormat.JSON, stream)
    try:
        raise ValueError("x")
    except ValueError:
        logging.getLogger("app").exception("two\nlines")
    content = json.loads(stream.getvalue())
    assert {key: content[key] for key in ("level", "logger", "message", "function", "invocationId")} == {
        "level": "ERROR",
        "logger": "app",
        "message": "two\nlines",
        "function": "plan",
        "invocationId": "id-7",
    }
    assert "ValueError: x" in content["exception"]


@pytest.mark.parametrize(("name", "shown"), [("Information", 1), ("warning", 0), ("None", 0)])
def test_level(stream: io.StringIO, name: str, shown: int) -> None:
    logs.configure(logs.LogFormat.TEXT, stream)
    logs.set_level(name)
    logging.getLogger("app").info("hello")
    assert stream.getvalue().count("\n") == shown


def test_an_unknown_level_is_refused() -> None:
    with pytest.raises(ValueError, match="'Loud'"):
        logs.set_level("Loud")


def test_what_would_steer_a_terminal_is_shown_as_what_it_is(stream: io.StringIO) -> None:
    logs.configure(logs.LogFormat.TEXT, stream)
    logging.getLogger("app").warning("a\x1b[2Jb\x00c\x9bd\u202ee\tf")
    assert stream.getvalue().endswith("a\\x1b[2Jb\\x00c\\x9bd\\u202ee\tf\n")


def test_the_sdk_is_quiet_or_heard_as_in_azure(stream: io.StringIO) -> None:
    sdk = logging.getLogger("azure.servicebus.tests")
    logs.configure(logs.LogFormat.TEXT, stream)
    sdk.info("quiet")
    logging.getLogger("azure.servicebus").setLevel(logging.NOTSET)
    try:
        logs.configure(logs.LogFormat.TEXT, stream, quiet_sdk=False)
        sdk.info("of the app")
        trigger = threading.Thread(target=lambda: sdk.info("of a trigger"), name="trigger plan")
        trigger.start()
        trigger.join()
    finally:
        logging.getLogger("azure.servicebus").setLevel(logging.ERROR)
    assert [line.rpartition("- ")[2] for line in stream.getvalue().splitlines()] == ["of the app"]
