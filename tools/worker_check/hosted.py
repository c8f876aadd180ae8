"""What the Functions host says of an app: the rules that the worker does not look at, as the local host knows them."""

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from local.host.errors import IndexingError
from local.host.index import index_app


@dataclass(frozen=True, slots=True)
class Hosted:
    """The names of the functions, and a sentence for everything that the host refuses or warns of."""

    names: frozenset[str]
    problems: tuple[str, ...]


def host_view(app: Path) -> Hosted:
    """Index an app with the local host, in a process of its own: an app can be indexed once in each."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_index, app).result()


def _index(app: Path) -> Hosted:
    try:
        indexed = index_app(app)
    except IndexingError as error:
        return Hosted(frozenset(), tuple(f"the host refuses the app: {problem}" for problem in error.problems))
    names = frozenset(function.name for function in indexed.functions)
    return Hosted(names, tuple(f"the host warns: {warning}" for warning in indexed.warnings))
