"""What only the platform knows, asked by calls of this app to itself, through its own front door.

**Keys.** Python is not told by the host whether a function key came with a call, and the keys are the host's secrets.
So the key is sent to a function of level "function" that does nothing, and the host's answer counts. **Identities.**
That App Service Authentication is on, says a setting; that it takes away what a caller forges, is tried out before the
first person is believed. Both functions are in `functions/platform.py`.
"""

from __future__ import annotations

import hashlib
import re
import threading
import time
from collections.abc import Callable, Mapping

import requests

from shared.adapters.http.transport import Anonymous
from shared.domain.errors import UnavailableError

KEY_HEADER = "x-functions-key"
KEY_PATH = "/api/function-key"
IDENTITY_HEADER = "X-MS-CLIENT-PRINCIPAL"
IDENTITY_PATH = "/api/forged-identity"
REMEMBERED_SECONDS = 60.0
REMEMBERED = 64
TIMEOUTS = (5.0, 20.0)
CLEAN = 204
_SENDABLE = re.compile(r"[\x21-\x7e]{1,500}")


class OwnPlatform:
    """`root` is the address of this app. A key that was taken is taken for a minute more without asking: whoever
    revokes one waits that long. That forgeries are taken away is found out once a process: a change of App Service
    Authentication starts the app again. A refusal is never remembered."""

    def __init__(self, session: requests.Session, root: str, now: Callable[[], float] = time.monotonic) -> None:
        self._session, self._root, self._now = session, root, now
        self._lock = threading.Lock()
        self._taken: dict[bytes, float] = {}
        self._clean = False

    def key_is_valid(self, key: str) -> bool:
        """See Platform."""
        if not _SENDABLE.fullmatch(key):
            return False
        mark, now = hashlib.sha256(key.encode()).digest(), self._now()
        with self._lock:
            if self._taken.get(mark, now) > now:
                return True
        if self._asked(KEY_PATH, {KEY_HEADER: key}, refusal=401) != CLEAN:
            return False
        with self._lock:
            while len(self._taken) >= REMEMBERED:
                del self._taken[next(iter(self._taken))]
            self._taken[mark] = now + REMEMBERED_SECONDS
        return True

    def takes_away_forgeries(self) -> bool:
        """See Platform."""
        if not self._clean:
            self._clean = self._asked(IDENTITY_PATH, {IDENTITY_HEADER: "forged"}, refusal=409) == CLEAN
        return self._clean

    def _asked(self, path: str, headers: Mapping[str, str], refusal: int) -> int:
        """204 or `refusal`; anything else says nothing."""
        try:
            answer = self._session.get(
                self._root + path, headers=headers, timeout=TIMEOUTS, auth=Anonymous(), allow_redirects=False
            )
        except requests.RequestException:
            # Without its cause: an exception of requests may show what was sent.
            raise _unclear("did not answer", path) from None
        if answer.status_code not in (CLEAN, refusal):
            raise _unclear(f"answered {answer.status_code}", path)
        return answer.status_code


def _unclear(what: str, path: str) -> UnavailableError:
    advice = f"See to it that the app may call its own address {path} (access restrictions, private endpoints)."
    return UnavailableError(f"the platform {what} when it was asked who calls", advice=advice)
