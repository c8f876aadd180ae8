"""Command line of the stack: `up` and `demo`."""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

from local.demo.run import demo
from local.stack.chosen import parse
from local.stack.errors import StackError
from local.stack.ports import HIGHEST, LOWEST
from local.stack.private import UMASK
from local.stack.scaling.metrics import Scaler, granted
from local.stack.stack import ROOT, Options, default_data, say
from local.stack.store import Store
from local.stack.temporary import empty, empty_earlier
from local.stack.up import up

DEMO = "demo-"
TRACED = "telemetry.jsonl"


def main() -> int:
    """Parse and run; a user's mistake is one message and an exit code."""
    options = _parser().parse_args()
    os.umask(UMASK)  # for the parts too: databases, logs and evidence hold personal data
    try:
        if options.command == "up":
            return up(_options(options, "up"), as_json=options.json)
        return _demo(_options(options, f"{DEMO}{time.strftime('%Y%m%d-%H%M%S')}"), options)
    except StackError as error:
        say(f"{options.command}: {error}")
        return error.code
    except KeyboardInterrupt:
        say("stopped.")
        return 130


def _demo(options: Options, given: argparse.Namespace) -> int:
    if given.data is not None:
        return demo(options, trace=given.trace)
    empty_earlier(options.data, DEMO)
    code = demo(options, trace=given.trace)
    if code == 0:
        empty(options.data)
    return code


def _options(given: argparse.Namespace, name: str) -> Options:
    if given.port_base and not LOWEST <= given.port_base <= HIGHEST:
        raise StackError(f"--port-base must be from {LOWEST} to {HIGHEST} (got {given.port_base})")
    # Relative paths are the user's, wherever the checkout is.
    data = (given.data or default_data(name)).resolve()
    scenario = given.scenario.resolve() if given.scenario else None
    store = Store(given.store) if given.store else None
    if given.scaler and not given.like_azure:
        raise StackError("--scaler says what the scale controller of --like-azure may see; it needs --like-azure")
    telemetry = given.telemetry.resolve() if given.telemetry else None
    if telemetry is not None and not telemetry.parent.is_dir():
        raise StackError(f"--telemetry {given.telemetry}: there is no folder {telemetry.parent}")
    if name.startswith(DEMO) and given.trace and telemetry is None:
        telemetry = data / TRACED
    scaler = Scaler(given.scaler) if given.scaler else granted(ROOT / "infra")
    return Options(
        data=data,
        scenario=scenario,
        port_base=given.port_base,
        store=store,
        authentication=given.authentication,
        approval=given.approval,
        chosen=parse(given.set),
        like_azure=given.like_azure,
        scaler=scaler,
        telemetry=telemetry,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="dev.py", description="The offboarding pipeline on one machine.")
    commands = parser.add_subparsers(dest="command", required=True)
    texts = {"up": "start the stack and keep it up", "demo": "offboard two customers, call a third off, and show how"}
    for name, text in texts.items():
        command = commands.add_parser(name, help=text, description=text)
        command.add_argument(
            "--scenario",
            type=Path,
            metavar="FILE",
            help="the partner tenant (docs/scenarios.md), read once for each data folder; default: seven customers",
        )
        command.add_argument("--data", type=Path, metavar="DIR", help="folder; given again, it goes on where it was")
        command.add_argument(
            "--port-base",
            type=int,
            default=0,
            metavar="N",
            help="ports N to N+4 (azurite: N+5); default: free ports",
        )
        command.add_argument(
            "--store",
            choices=[store.value for store in Store],
            help="where a new folder keeps the record: a file (default), or Azure Tables in Azurite (needs Node.js)",
        )
        command.add_argument(
            "--without-authentication",
            dest="authentication",
            action="store_false",
            help="nobody signs in: App Service Authentication is off, as in a deployment without it",
        )
        command.add_argument(
            "--approval",
            choices=("always", "irreversible", "never"),
            default="always" if name == "demo" else "never",
            help="which plans a second person has to approve; default: %(default)s",
        )
        command.add_argument(
            "--set",
            action="append",
            default=[],
            metavar="NAME=VALUE",
            help="a setting of the application (docs/reference.md), for this run; may be given again",
        )
        command.add_argument(
            "--like-azure",
            action="store_true",
            help="a host for each group of functions, from zero as Flex Consumption does, at a deployment's pace",
        )
        command.add_argument(
            "--scaler",
            choices=[scaler.value for scaler in Scaler],
            help="how the scale controller of --like-azure sees work: counts (role Data Owner) or peek (without); "
            "default: as infra/ grants",
        )
        command.add_argument(
            "--telemetry",
            type=Path,
            metavar="FILE",
            help="write spans, metrics and log records to this file, as rows of Azure Monitor's tables",
        )
        if name == "demo":
            command.add_argument("--trace", action="store_true", help="print the trace of the offboarding that waits")
        if name == "up":
            command.add_argument("--json", action="store_true", help="print one JSON object with the addresses")
    return parser


if __name__ == "__main__":
    sys.exit(main())
