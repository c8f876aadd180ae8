"""Microsoft's libraries write warnings into the log and nothing less: asked of the loggers that they really have."""

from __future__ import annotations

import importlib
import logging
import pkgutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.composition.telemetry import quiet_libraries

LIBRARIES = ("azure.servicebus", "azure.identity", "azure.core", "azure.data.tables", "azure.keyvault.secrets")


@pytest.fixture(autouse=True)
def loud() -> Iterator[None]:
    """As the worker sets the root logger, and every logger of the libraries as they leave it."""
    root, libraries = logging.getLogger(), logging.getLogger("azure")
    levels = root.level, libraries.level
    root.setLevel(logging.INFO)
    libraries.setLevel(logging.NOTSET)
    yield
    root.setLevel(levels[0])
    libraries.setLevel(levels[1])


def loggers_of(library: str) -> list[logging.Logger]:
    """Those of every module of the library that can be imported here."""
    package = importlib.import_module(library)
    for found in pkgutil.iter_modules(package.__path__, f"{library}."):
        if "aio" not in found.name:
            importlib.import_module(found.name)
    names = [name for name in logging.root.manager.loggerDict if f"{name}.".startswith(f"{library}.")]
    return [logging.getLogger(name) for name in names]


@pytest.mark.parametrize("library", LIBRARIES)
def test_no_logger_of_a_library_writes_less_than_a_warning(library: str) -> None:
    found = loggers_of(library)
    assert found
    assert any(one.isEnabledFor(logging.INFO) for one in found), "else this would test nothing"

    quiet_libraries()
    assert [one.name for one in found if one.isEnabledFor(logging.INFO)] == []
    assert all(one.isEnabledFor(logging.WARNING) for one in found)
    assert logging.getLogger("offboarding").isEnabledFor(logging.INFO)


def test_the_app_quiets_them_before_it_registers_anything() -> None:
    text = (Path(__file__).resolve().parents[3] / "function_app.py").read_text(encoding="utf-8")
    assert 0 < text.index("\nquiet_libraries()\n") < text.index("func.FunctionApp(")
