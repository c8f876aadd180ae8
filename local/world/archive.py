"""MemoryArchive: where the finished evidence of a world goes; survives a crash of the application."""

from __future__ import annotations

from local.world.crash import CrashPoints
from shared.domain.errors import UnavailableError


class MemoryArchive:
    """An EvidenceArchive that keeps every version of every file; `cut_off` is one that nobody reaches."""

    def __init__(self, crash: CrashPoints | None = None) -> None:
        self._crash = crash or CrashPoints()
        self.versions: dict[str, list[bytes]] = {}
        self.cut_off = False

    def put(self, name: str, content: bytes) -> None:
        """See EvidenceArchive."""
        if self.cut_off:
            raise UnavailableError("the archive is down", service="archive")
        self._crash.around("archive", lambda: self._put(name, content))

    def _put(self, name: str, content: bytes) -> None:
        kept = self.versions.setdefault(name, [])
        if kept[-1:] != [content]:
            kept.append(content)
