"""Command line of the simulator: ``python -m local.simulator --scenario FILE --port N --data DIR --clock FILE``.

Prints one JSON line on stdout when it is ready; everything else goes to stderr. Exit codes: 0 after SIGINT or
SIGTERM or the end of stdin, 2 for a scenario, clock file or port that cannot be used.
"""

import argparse
import json
import logging
import os
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from local.http_shell.server import POLL_SECONDS
from local.simulator.clock import FileClock
from local.simulator.persistence import DataFolderError
from local.simulator.scenario.load import ScenarioError, load_scenario
from local.simulator.server import SimulatorServer
from local.simulator.simulator import Simulator

_DEFAULT_SCENARIO = Path(__file__).parent / "scenarios" / "default.json"


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until told to stop; returns the exit code."""
    options = _options(arguments)
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    try:
        scenario = load_scenario(options.scenario)
        clock = FileClock(options.clock or options.data / "clock.json")
        simulator = Simulator(scenario, clock, options.data)
        server = _listen(simulator, options.port)
    except (ScenarioError, DataFolderError, ValueError, OSError) as error:
        sys.stderr.write(f"simulator: {error}\n")
        return 2
    with simulator, server:
        _stop_on_signals(server)
        if options.exit_with_stdin:
            # Ctrl-C reaches the whole process group: the parent decides who stops when.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            threading.Thread(target=_stop_at_end_of_input, args=(server,), daemon=True).start()
        ready = {"ready": True, "port": server.port, "url": server.url}
        sys.stdout.write(json.dumps(ready) + "\n")
        sys.stdout.flush()
        server.serve_forever(POLL_SECONDS)
    return 0


def _listen(simulator: Simulator, port: int) -> SimulatorServer:
    try:
        return SimulatorServer(simulator, port)
    except OSError as error:
        raise ValueError(
            f"cannot listen on 127.0.0.1:{port}: {error.strerror}. Stop what uses the port, or take a free one with "
            "--port 0."
        ) from None


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="local.simulator", description="A simulated partner tenant.")
    parser.add_argument("--scenario", type=Path, default=_DEFAULT_SCENARIO, help="JSON file; used at first start")
    parser.add_argument("--port", type=_port, default=0, help="0 (default) picks a free port")
    parser.add_argument("--data", type=Path, required=True, help="folder for state and journal")
    parser.add_argument("--clock", type=Path, help="business clock file (default: clock.json in the data folder)")
    parser.add_argument("--exit-with-stdin", action="store_true", help="for a parent: stop with stdin, not on Ctrl-C")
    return parser.parse_args(arguments)


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port number from 0 to 65535")
    return int(text)


def _stop_on_signals(server: SimulatorServer) -> None:
    def stop(_: int, __: FrameType | None) -> None:
        threading.Thread(target=server.shutdown, daemon=True).start()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)


def _stop_at_end_of_input(server: SimulatorServer) -> None:
    # Not through sys.stdin: its lock, held by this thread, would be fatal at the end of the interpreter.
    while os.read(sys.stdin.fileno(), 4096):
        pass
    server.shutdown()


if __name__ == "__main__":
    sys.exit(main())
