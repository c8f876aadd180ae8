"""Command line of the local Functions host.

Exit codes: 0 stopped on request; 1 the port is taken or the host failed; 2 wrong options, settings or keys; 3 the
app cannot be indexed; 70 a function ran longer than functionTimeout. After 70 start it again, as Azure does with
its worker: all messages in flight were abandoned and are delivered again at once.
"""

import argparse
import json
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from local.host import logs
from local.host.bindings import AuthLevel
from local.host.business_clock import BusinessClock
from local.host.errors import ExitCode, IndexingError, UsageError
from local.host.functions import HttpTrigger, table
from local.host.groups import as_json, only
from local.host.index import App, index_app
from local.host.invoke.context import Invocation, current
from local.host.process import StopSignal
from local.host.runtime import Runtime
from local.host.settings import apply_local_settings
from local.host.web.authentication import Authentication
from local.host.web.identity import load_people
from local.host.web.keys import Keys, load_keys

_log = logging.getLogger("host")


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m local.host", description="Runs an Azure Functions app on this machine."
    )
    parser.add_argument(
        "--app", type=Path, required=True, metavar="DIR", help="folder with function_app.py and host.json"
    )
    parser.add_argument(
        "--port", type=int, default=7071, help="HTTP port on 127.0.0.1; 0 takes a free one (default 7071)"
    )
    parser.add_argument(
        "--settings", type=Path, metavar="FILE", help="local.settings.json (default: the one in the app folder, if any)"
    )
    keys = parser.add_mutually_exclusive_group()
    keys.add_argument("--keys", type=Path, metavar="FILE", help="keys file: masterKey, functionKeys, functions")
    keys.add_argument("--function-key", metavar="KEY", help="host key for functions of level 'function'")
    parser.add_argument(
        "--authentication",
        type=Path,
        metavar="FILE",
        help="people file (issuer, audience, jwks, people): App Service Authentication is on",
    )
    parser.add_argument("--timers", type=Path, metavar="FILE", help="where timers remember their runs across restarts")
    parser.add_argument("--clock", type=Path, metavar="FILE", help="timers follow this clock file (offsetSeconds)")
    parser.add_argument(
        "--functions", metavar="NAMES", help="fire only these, separated by commas: one group of Flex Consumption"
    )
    parser.add_argument("--groups", action="store_true", help="print the groups of the app as JSON and end")
    parser.add_argument("--sdk-logs", action="store_true", help="what azure.* logs is shown as in Azure, from INFO on")
    parser.add_argument("--exit-with-stdin", action="store_true", help="for a parent: stop with stdin, not on Ctrl-C")
    parser.add_argument("--log-format", type=logs.LogFormat, choices=list(logs.LogFormat), default=logs.LogFormat.TEXT)
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the host; returns the exit code."""
    options = _arguments(arguments)
    # stdout carries the ready line and nothing else; what the app prints goes to stderr.
    stdout, sys.stdout = sys.stdout, sys.stderr
    logs.configure(options.log_format, quiet_sdk=not options.sdk_logs)
    stop = StopSignal(with_stdin=options.exit_with_stdin)
    try:
        authentication = _authentication(options.authentication)
        app, keys, timer_file = _prepare(options)
    except UsageError as error:
        _say(str(error))
        return ExitCode.USAGE
    except IndexingError as error:
        _show(error)
        return ExitCode.INDEXING
    if options.groups:
        stdout.write(as_json(app.functions) + "\n")
        return ExitCode.OK
    clock = BusinessClock(options.clock.resolve()) if options.clock else None
    try:
        runtime = Runtime(app, options.port, keys, timer_file, _timed_out, authentication, clock)
    except (OSError, OverflowError) as error:
        cause = getattr(error, "strerror", None) or error
        _say(f"port {options.port} cannot be used: {cause}. Stop what uses it, or give another --port.")
        return ExitCode.FAILURE
    os.environ["WEBSITE_HOSTNAME"] = f"127.0.0.1:{runtime.port}"
    if runtime.start(stop.is_set):
        _announce(stdout, runtime.port, app)
        stop.wait()
    _log.info("stopping")
    if not runtime.stop():
        _exit_now(ExitCode.OK)  # a thread that still runs a function would keep the process alive
    return ExitCode.OK


def _authentication(file: Path | None) -> Authentication | None:
    """Says what the platform says, whatever the settings say: WEBSITE_AUTH_ENABLED is not theirs."""
    found = Authentication(load_people(file.resolve())) if file else None
    os.environ["WEBSITE_AUTH_ENABLED"] = str(found is not None)
    return found


def _prepare(options: argparse.Namespace) -> tuple[App, Keys, Path | None]:
    app_dir: Path = options.app.resolve()
    timer_file = options.timers.resolve() if options.timers else None
    settings: Path = options.settings or app_dir / "local.settings.json"
    if options.settings or settings.exists():
        apply_local_settings(settings, os.environ)
    if options.keys:
        keys = load_keys(options.keys)
    else:
        keys = Keys(host=(options.function_key,) if options.function_key else ())
    app = index_app(app_dir)
    if options.functions is not None:
        app = only(app, options.functions)
    try:
        logs.set_level(app.host_json.logging.log_level.default)
    except ValueError as error:
        raise IndexingError([f"host.json: logging.logLevel.default: {error}"]) from None
    lines = table(app.functions, app.host_json.extensions.http.route_prefix)
    if options.log_format is logs.LogFormat.TEXT:
        _say("\n".join([f"functions of {app.directory}", *lines]))
    else:
        for line in lines:
            _log.info("function %s", " ".join(line.split()))
    for warning in app.warnings:
        _log.warning("%s", warning)
    _warn_of_keys(app, keys)
    return app, keys, timer_file


def _warn_of_keys(app: App, keys: Keys) -> None:
    closed = [
        item.name
        for item in app.functions
        if isinstance(item.trigger, HttpTrigger)
        and (
            (item.trigger.auth_level is AuthLevel.ADMIN and not keys.master)
            or (item.trigger.auth_level is AuthLevel.FUNCTION and not (keys.master or keys.host or keys.functions))
        )
    ]
    if closed:
        _log.warning(
            "no key was given for %s: every request there is answered 401 (--keys, --function-key)", ", ".join(closed)
        )


def _say(text: str) -> None:
    sys.stderr.write(f"host: {text}\n")
    sys.stderr.flush()


def _announce(stdout: TextIO, port: int, app: App) -> None:
    names = [item.name for item in app.functions]
    line = {"ready": True, "port": port, "url": f"http://127.0.0.1:{port}", "functions": names}
    stdout.write(json.dumps(line) + "\n")
    stdout.flush()


def _show(error: IndexingError) -> None:
    if error.trace:
        sys.stderr.write(error.trace)
    for problem in error.problems:
        _say(problem)
    _say("the app was not started; in Azure none of its functions would run")


def _timed_out(invocation: Invocation) -> None:
    current.set(invocation)
    _log.critical(
        "ran longer than functionTimeout (host.json): the process ends with code %d", ExitCode.FUNCTION_TIMEOUT
    )
    _exit_now(ExitCode.FUNCTION_TIMEOUT)


def _exit_now(code: ExitCode) -> None:
    logging.shutdown()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    sys.exit(main())
