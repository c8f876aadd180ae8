"""Who signed in with a browser: a random word in a cookie, and whose token it stands for."""

import secrets
import threading
from collections import OrderedDict

COOKIE = "AppServiceAuthSession"
AT_MOST = 100


class Sessions:
    """In memory: a restart signs everybody out. The oldest goes when there are too many."""

    def __init__(self) -> None:
        self._tokens: OrderedDict[str, str] = OrderedDict()
        self._lock = threading.Lock()

    def open(self, token: str) -> str:
        """A new session of whoever has this token."""
        word = secrets.token_urlsafe(32)
        with self._lock:
            self._tokens[word] = token
            while len(self._tokens) > AT_MOST:
                self._tokens.popitem(last=False)
        return word

    def token(self, word: str) -> str | None:
        """The token of a session; None when there is no such session any more."""
        with self._lock:
            return self._tokens.get(word)

    def close(self, word: str) -> None:
        """The session ends, if there is one."""
        with self._lock:
            self._tokens.pop(word, None)
