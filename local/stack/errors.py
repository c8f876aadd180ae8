"""What a user of the stack can do something about."""


class StackError(Exception):
    """Shown as one message without a traceback; `code` is the exit code."""

    def __init__(self, message: str, code: int = 2) -> None:
        self.code = code
        super().__init__(message)
