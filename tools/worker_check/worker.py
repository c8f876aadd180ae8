"""Microsoft's worker library, spoken to in the order in which the Functions host speaks to it.

In Azure the library (azure-functions-runtime) sits behind a thin process that only passes messages on; the check stands
in that process's place.
"""

import asyncio
import os
import sys
import uuid
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import azure_functions_runtime as library

from tools.worker_check.invocation import Answer, Trigger
from tools.worker_check.values import trigger_metadata, trigger_value
from tools.worker_check.wire import message_classes

_ROOT = Path(__file__).resolve().parents[2]
_HOST_VERSION = "4.1042.100"
# Seconds for one invocation; a minute is many times what the slowest needs.
_PATIENCE = 60.0


class WorkerError(Exception):
    """The worker refuses the app; the text is its own account of why."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A function as the worker lists it. `argument` is the name of its trigger argument."""

    name: str
    id: str
    argument: str


@dataclass(frozen=True, slots=True)
class _Envelope:
    """What the library expects around each request."""

    name: str
    request: SimpleNamespace
    properties: dict[str, Any]


class Worker:
    """One worker with one app; use start() before anything else, and stop() at the end."""

    def __init__(self, app: Path) -> None:
        self._app = app
        self._protos = message_classes()

    async def start(self) -> list[Listed]:
        """Index the app; raises WorkerError. Has the worker's side effects: folder, sys.path, the app's imports."""
        os.chdir(self._app)
        # As the worker does: dependencies come first, the app last. The folder of this check is no part of an app.
        sys.path[:] = [entry for entry in sys.path if Path(entry or ".").resolve() not in (self._app, _ROOT)]
        sys.path.append(str(self._app))
        library.start_threadpool_executor()
        request = self._protos.WorkerInitRequest(host_version=_HOST_VERSION, function_app_directory=str(self._app))
        answer = await library.worker_init_request(self._envelope(worker_init_request=request))
        self._require(answer.result)
        listed = await library.functions_metadata_request(self._envelope())
        self._require(listed.result)
        functions = []
        for item in listed.function_metadata_results:
            load = self._protos.FunctionLoadRequest(function_id=item.function_id, metadata=item)
            loaded = await library.function_load_request(self._envelope(function_load_request=load))
            self._require(loaded.result)
            triggers = [name for name, binding in item.bindings.items() if binding.type.lower().endswith("trigger")]
            functions.append(Listed(item.name, item.function_id, triggers[0]))
        return functions

    async def invoke(self, function: Listed, trigger: Trigger) -> Answer:
        """Run a function once."""
        request = self._protos.InvocationRequest(
            invocation_id=str(uuid.uuid4()),
            function_id=function.id,
            trace_context=self._protos.RpcTraceContext(
                trace_parent=f"00-{uuid.uuid4().hex}-{uuid.uuid4().hex[:16]}-01"
            ),
        )
        request.input_data.add(name=function.argument, data=trigger_value(self._protos, trigger))
        for name, value in trigger_metadata(self._protos, trigger).items():
            request.trigger_metadata[name].CopyFrom(value)
        # Through bytes, as between host and worker: what cannot travel fails here too.
        arrived = self._protos.InvocationRequest.FromString(request.SerializeToString())
        call = library.invocation_request(self._envelope(invocation_request=arrived))
        try:
            answer = await asyncio.wait_for(call, _PATIENCE)
        except TimeoutError:
            return Answer(f"it ran for more than {_PATIENCE:.0f} s", None)
        if answer.result.status != self._protos.StatusResult.Success:
            return Answer(_account(answer.result.exception), None)
        http = answer.return_value.http if answer.return_value.WhichOneof("data") == "http" else None
        return Answer(None, int(http.status_code) if http else None)

    def stop(self) -> None:
        """Wait for the threads of the worker."""
        library.stop_threadpool_executor()

    def _envelope(self, **request: Any) -> _Envelope:
        return _Envelope("", SimpleNamespace(**request), {"protos": self._protos, "host": "127.0.0.1"})

    def _require(self, result: Any) -> None:
        if result.status != self._protos.StatusResult.Success:
            raise WorkerError(_account(result.exception))


def _account(exception: Any) -> str:
    return f"{exception.message}\n{exception.stack_trace}".strip()
