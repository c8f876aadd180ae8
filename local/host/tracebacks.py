"""Tracebacks as the author of the app wants them: from the app's first frame on."""

import importlib
from pathlib import Path
from types import TracebackType

_HOST = Path(__file__).parent
_TESTS = _HOST / "tests"
"""Apps that the host's own tests declare are apps, although they stand beside the host."""


def app_frames(error: BaseException) -> TracebackType | None:
    """The traceback without the leading frames of this host, its thread pool and the import machinery."""
    trace = error.__traceback__
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if not (_is_host(file) or file.startswith("<frozen importlib") or file == importlib.__file__ or _is_pool(file)):
            return trace
        trace = trace.tb_next
    return None


def exc_info(error: BaseException) -> tuple[type[BaseException], BaseException, TracebackType | None]:
    """What logging takes as exc_info, cut to the app's frames. An error of the host itself keeps all of them."""
    return type(error), error, app_frames(error) or error.__traceback__


def _is_host(file: str) -> bool:
    path = Path(file)
    return path.is_relative_to(_HOST) and not path.is_relative_to(_TESTS)


def _is_pool(file: str) -> bool:
    return Path(file).parts[-3:] == ("concurrent", "futures", "thread.py")
