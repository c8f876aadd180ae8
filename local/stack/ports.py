"""Whether the ports that a user named are free: asked before anything is started."""

from __future__ import annotations

import os
import socket
from collections.abc import Sequence

from local.stack.errors import StackError

HOST = "127.0.0.1"
LOWEST, HIGHEST = 1024, 65_000


def require_free(base: int, parts: Sequence[str]) -> None:
    """One port for each part, from `base` on; raises StackError that names the first that cannot be had.

    A base of 0 means free ports. Somebody may still be faster; then the part itself says so.
    """
    if not base:
        return
    for port, part in enumerate(parts, base):
        cause = _cause(port)
        if cause is not None:
            raise StackError(
                f"port {port}, which --port-base {base} gives to the {part}, cannot be used: {cause}. "
                f"Stop what uses it, or choose another --port-base N (N to N+{len(parts) - 1} must be free)."
            )


def _cause(port: int) -> str | None:
    with socket.socket() as probe:
        if os.name != "nt":  # as servers do: connections of a server that just ended do not count
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
            probe.listen(1)
        except OSError as error:
            return (error.strerror or "it is taken").lower()
    return None
