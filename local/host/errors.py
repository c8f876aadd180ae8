"""What can go wrong before or while functions run.

HostError
├── UsageError        a wrong option, settings file or keys file          exit code 2
├── IndexingError     the app cannot be indexed as Azure would index it   exit code 3
└── ConversionError   a trigger value cannot be given to the function     the invocation fails
"""

from collections.abc import Sequence
from enum import IntEnum


class ExitCode(IntEnum):
    """What the process tells its supervisor."""

    OK = 0
    FAILURE = 1
    USAGE = 2
    INDEXING = 3
    FUNCTION_TIMEOUT = 70


class HostError(Exception):
    """Base of every error that the host itself raises; the text is for the person at the console."""


class UsageError(HostError):
    """An option, settings file or keys file that cannot be used."""


class ConversionError(HostError):
    """A message or request that cannot be turned into the function's argument."""


class IndexingError(HostError):
    """The app cannot be indexed.

    `problems` holds one sentence for each thing to repair; `trace` the app's own traceback.
    """

    def __init__(self, problems: Sequence[str], trace: str | None = None) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)
        self.trace = trace
