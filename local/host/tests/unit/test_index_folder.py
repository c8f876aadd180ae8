"""Finding the app of a folder: files, imports, the one FunctionApp."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.host.errors import IndexingError
from local.host.index import App, index_app

_HEAD = "import azure.functions as func\n"
_APP = _HEAD + "app = func.FunctionApp()\n@app.route(route='x')\ndef x(req: func.HttpRequest) -> str:\n    return 'x'\n"
_DEEP = _APP + "def deep():\n    import no_such_module\ndeep()\n"


@pytest.fixture(autouse=True)
def _process_state() -> Iterator[None]:
    """Indexing changes the process as the worker does; put it back."""
    folder, path, modules = Path.cwd(), list(sys.path), set(sys.modules)
    yield
    os.chdir(folder)
    sys.path[:] = path
    for name in set(sys.modules) - modules:
        del sys.modules[name]


def _index(folder: Path, app: str | None, settings: dict[str, str] | None = None, name: str = "function_app.py") -> App:
    if app is not None:
        (folder / name).write_text(app)
    (folder / "host.json").write_text('{"version": "2.0", "extensions": {"serviceBus": {"batchOptions": {}}}}')
    return index_app(folder, settings or {})


def test_an_app_is_found(tmp_path: Path) -> None:
    app = _index(tmp_path, _APP)
    assert [function.name for function in app.functions] == ["x"]
    assert app.functions[0].directory == tmp_path
    assert "4.x" in app.warnings[0]
    assert (Path.cwd(), sys.path[-1]) == (tmp_path, str(tmp_path))


def test_the_entry_file_can_be_named(tmp_path: Path) -> None:
    assert _index(tmp_path, _APP, {"PYTHON_SCRIPT_FILE_NAME": "entry.py"}, "entry.py").functions


def test_blueprints_and_packages_of_the_app_are_found(tmp_path: Path) -> None:
    (tmp_path / "stages").mkdir()
    blueprint = (
        _HEAD + "bp = func.Blueprint()\n@bp.route(route='y')\ndef y(req: func.HttpRequest) -> str:\n    return ''\n"
    )
    (tmp_path / "stages" / "y.py").write_text(blueprint)
    app = _index(tmp_path, _APP + "from stages.y import bp\napp.register_functions(bp)\n")
    assert [function.name for function in app.functions] == ["x", "y"]


@pytest.mark.parametrize(
    ("app", "part"),
    [
        (None, r"function_app\.py does not exist"),
        (_HEAD, "has no FunctionApp at top level"),
        (_HEAD + "app = func.FunctionApp()\n", "declares no functions"),
        (_APP + "second = func.FunctionApp()\n", r"2 function apps at top level \(app, second\)"),
        (_APP + "raise SystemExit('no')\n", "cannot be imported: SystemExit: no"),
        (_APP + "def (", "cannot be imported: SyntaxError"),
        (_DEEP, "cannot be imported: ModuleNotFoundError"),
    ],
)
def test_what_cannot_be_indexed_is_told(tmp_path: Path, app: str | None, part: str) -> None:
    with pytest.raises(IndexingError, match=part):
        _index(tmp_path, app)


def test_the_trace_of_a_failed_import_begins_in_the_app(tmp_path: Path) -> None:
    with pytest.raises(IndexingError) as caught:
        _index(tmp_path, _DEEP)
    assert caught.value.trace is not None
    assert "in deep" in caught.value.trace
    assert "local/host" not in caught.value.trace.replace("\\", "/")


def test_a_shadowed_entry_file_is_refused(tmp_path: Path) -> None:
    elsewhere, folder = tmp_path / "site", tmp_path / "app"
    elsewhere.mkdir()
    folder.mkdir()
    (elsewhere / "function_app.py").write_text(_APP)
    sys.path.insert(0, str(elsewhere))
    with pytest.raises(IndexingError, match="is shadowed by"):
        _index(folder, _APP)
