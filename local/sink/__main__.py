"""Command line of the sink: ``python -m local.sink --data DIR --port N``.

The key of web hooks is read from the first line of the file ``webhook-key`` in the data folder. Prints one JSON line on
stdout when it is ready; everything else goes to stderr. Exit codes: 0 after SIGINT, SIGTERM or the end of stdin, 2 for
a folder or port that cannot be used.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import signal
import sys
import threading
from pathlib import Path
from types import FrameType

from local.http_shell.server import POLL_SECONDS
from local.sink.kept import Keeper
from local.sink.server import SinkServer

KEY_FILE = "webhook-key"


def main() -> int:
    """Serve until told to stop; returns the exit code."""
    options = _options()
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    try:
        key = (options.data / KEY_FILE).read_text(encoding="utf-8").split("\n")[0].strip()
        server = SinkServer(Keeper(options.data / "messages.jsonl"), key, options.port)
    except (OSError, ValueError, TypeError) as error:
        sys.stderr.write(f"sink: {error}\n")
        return 2
    with server:
        _stop_on_signals(server)
        if options.exit_with_stdin:
            # Ctrl-C reaches the whole process group: the parent decides who stops when.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            threading.Thread(target=_stop_at_end_of_input, args=(server,), daemon=True).start()
        sys.stdout.write(json.dumps({"ready": True, "port": server.port, "url": server.url}) + "\n")
        sys.stdout.flush()
        server.serve_forever(POLL_SECONDS)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="local.sink", description="Receives notifications on this machine.")
    parser.add_argument("--data", type=Path, required=True, help="folder with the key, and for what came")
    parser.add_argument("--port", type=int, default=0, help="0 (default) picks a free port")
    parser.add_argument("--exit-with-stdin", action="store_true", help="for a parent: stop with stdin, not on Ctrl-C")
    return parser.parse_args()


def _stop_on_signals(server: SinkServer) -> None:
    def stop(_: int, __: FrameType | None) -> None:
        threading.Thread(target=server.shutdown, daemon=True).start()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)


def _stop_at_end_of_input(server: SinkServer) -> None:
    # Not through sys.stdin: its lock, held by this thread, would be fatal at the end of the interpreter.
    while os.read(sys.stdin.fileno(), 4096):
        pass
    server.shutdown()


if __name__ == "__main__":
    sys.exit(main())
