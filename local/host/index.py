"""Finds the functions of an app folder as the Python worker does: import the entry module, take its one FunctionApp.

Any problem stops the start, because in Azure one bad function leaves the whole app without functions.
"""

import importlib
import inspect
import os
import sys
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from azure.functions import FunctionRegister
from pydantic import ValidationError

from local.host import rules
from local.host.bindings import parse_binding
from local.host.errors import IndexingError
from local.host.functions import Function
from local.host.host_json import HostJson, load_host_json
from local.host.signature import read_signature
from local.host.tracebacks import app_frames

_HOST_ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class App:
    """An indexed app. `warnings` are sentences to show, in order."""

    directory: Path
    functions: tuple[Function, ...]
    host_json: HostJson
    warnings: tuple[str, ...]


def index_app(app_dir: Path, environ: Mapping[str, str] = os.environ) -> App:
    """Imports and indexes the app of a folder; raises IndexingError with one sentence for each problem.

    Has the worker's side effects on this process: working directory, sys.path, and the app's own imports.
    """
    app_dir = app_dir.resolve()
    script = app_dir / (environ.get("PYTHON_SCRIPT_FILE_NAME") or "function_app.py")
    if not script.is_file():
        raise IndexingError([f"{script} does not exist: an app of the v2 model has one function_app.py in its folder"])
    host_json, host_warnings = load_host_json(app_dir, environ)
    functions = describe(_single_app(_import(app_dir, script), script), host_json, environ)
    if not functions:
        raise IndexingError([f"{script} declares no functions"])
    return App(app_dir, functions, host_json, (*host_warnings, *rules.warnings(functions)))


def describe(app: FunctionRegister, host_json: HostJson, environ: Mapping[str, str]) -> tuple[Function, ...]:
    """Every function of an app, checked by worker's and host's rules; raises IndexingError with all problems."""
    try:
        declared = app.get_functions()
    except (ValueError, TypeError, KeyError) as error:
        raise IndexingError([str(error)]) from None
    functions, problems = [], []
    for item in declared:
        name, source = str(item.get_function_name()), _source(item.get_user_function())
        try:
            functions.append(_function(item, name, source, host_json, environ))
        except ValidationError as error:
            details = "; ".join(f"{'.'.join(map(str, e['loc'][1:]))}: {e['msg']}" for e in error.errors())
            problems.append(f"function {name} ({source}): {details}")
        except ValueError as error:
            problems.append(f"function {name} ({source}): {error}")
    problems.extend(rules.conflicts(functions))
    if problems:
        raise IndexingError(problems)
    return tuple(functions)


def _function(item: Any, name: str, source: str, host_json: HostJson, environ: Mapping[str, str]) -> Function:
    handler = item.get_user_function()
    bindings = [parse_binding(raw) for raw in item.get_raw_bindings()]
    rules.check_names(name, bindings)
    trigger = rules.single_trigger(bindings)
    signature = read_signature(handler, bindings)
    has_retry = item.get_setting("retry_policy") is not None
    return Function(
        name=name,
        handler=handler,
        signature=signature,
        trigger=rules.resolve_trigger(name, trigger, host_json, environ, has_retry=has_retry),
        directory=Path(inspect.getfile(inspect.unwrap(handler))).parent,
        source=source,
    )


def _source(handler: Any) -> str:
    code = getattr(inspect.unwrap(handler), "__code__", None)
    return f"{code.co_filename}:{code.co_firstlineno}" if code else "unknown place"


def _import(app_dir: Path, script: Path) -> ModuleType:
    os.chdir(app_dir)
    # The worker puts the app folder last: a package of the app that is named like a dependency is shadowed. The folder
    # that this host was started from is no part of an app, and goes.
    sys.path[:] = [entry for entry in sys.path if Path(entry or ".").resolve() not in (app_dir, _HOST_ROOT)]
    packages = app_dir / ".python_packages" / "lib" / "site-packages"
    if packages.is_dir():
        sys.path.insert(0, str(packages))
    sys.path.append(str(app_dir))
    try:
        module = importlib.import_module(script.stem)
    except (Exception, SystemExit) as error:
        trace = "".join(traceback.format_exception(type(error), error, app_frames(error)))
        raise IndexingError([f"{script} cannot be imported: {type(error).__name__}: {error}"], trace) from None
    if Path(module.__file__ or "").resolve() != script.resolve():
        raise IndexingError([f"{script} is shadowed by {module.__file__}, which comes first on sys.path: rename it"])
    return module


def _single_app(module: ModuleType, script: Path) -> FunctionRegister:
    found = [(name, value) for name, value in vars(module).items() if isinstance(value, FunctionRegister)]
    if not found:
        raise IndexingError([f"{script} has no FunctionApp at top level (app = func.FunctionApp())"])
    if len(found) > 1:
        names = ", ".join(name for name, _ in found)
        raise IndexingError([f"{script} has {len(found)} function apps at top level ({names}); exactly one is needed"])
    return found[0][1]
