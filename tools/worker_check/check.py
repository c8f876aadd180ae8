"""The whole check of an app: worker and host agree on the functions, and each of them runs."""

import asyncio
from collections.abc import Iterable, Sequence
from pathlib import Path

from tools.worker_check.hosted import host_view
from tools.worker_check.invocation import Invocation, mistake
from tools.worker_check.worker import Worker, WorkerError


async def check_app(app: Path, invocations: Sequence[Invocation]) -> list[str]:
    """Check the app of a folder with the settings of this process's environment; return a sentence for each mistake.

    Invocations run beside each other, as the host sends them.
    """
    hosted = host_view(app)
    worker = Worker(app.resolve())
    try:
        functions = {function.name: function for function in await worker.start()}
        invoked = {invocation.function for invocation in invocations}
        if hosted.problems:
            return list(hosted.problems)
        problems = [
            *_compare(functions.keys(), "the worker lists", hosted.names, "the local host does not"),
            *_compare(hosted.names, "the local host lists", functions.keys(), "the worker does not"),
            *_compare(functions.keys(), "the worker lists", invoked, "the check does not invoke it"),
            *_compare(invoked, "the check invokes", functions.keys(), "the worker does not list it"),
        ]
        if problems:
            return problems
        runs = [worker.invoke(functions[invocation.function], invocation.trigger) for invocation in invocations]
        answers = await asyncio.gather(*runs)
    except WorkerError as error:
        return [*hosted.problems, f"Microsoft's worker refuses the app: {error}"]
    finally:
        worker.stop()
    found = (mistake(invocation, answer) for invocation, answer in zip(invocations, answers, strict=True))
    return [problem for problem in found if problem]


def _compare(some: Iterable[str], verb: str, others: Iterable[str], lack: str) -> list[str]:
    return [f"{verb} {name}, {lack}" for name in sorted(set(some) - set(others))]
