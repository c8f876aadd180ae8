"""Checks the toy app of a folder: python -m tools.worker_check.tests.toy FOLDER, run by the worker's interpreter."""

import asyncio
import sys
from pathlib import Path

from tools.worker_check.check import check_app
from tools.worker_check.invocation import Ends, Invocation, Message, Request, Tick

INVOCATIONS = (
    Invocation("hello", Request("GET", "/api/hello/you", 200, params={"name": "you"})),
    Invocation("take", Message("m-1", b'{"a": 1}')),
    Invocation("tick", Tick()),
    Invocation("fail", Message("m-2", b""), Ends.WITH_AN_ERROR),
)

if __name__ == "__main__":
    print(*asyncio.run(check_app(Path(sys.argv[1]), INVOCATIONS)), sep="\n")
