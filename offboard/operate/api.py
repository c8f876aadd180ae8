"""One call to the pipeline's HTTP interface, as a person with a token or a program with a key."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

import requests

from offboard.operate.failures import RefusedError, UnreachableError, UsageError
from offboard.operate.identity import KEY, TOKEN, Identity
from shared.adapters.http.transport import checked_base_url, pooled_session
from shared.domain.errors import SettingsError

URL = "OFFBOARDING_URL"
CONNECT_WITHIN, ANSWER_WITHIN = 10.0, 240.0
"""Seconds. Azure's front end ends a call after 230 s."""
PASSES = frozenset({429, 502, 503, 504})
"""Answers of something on the way, or of an app that is not at its work now."""
TRIES = 4
"""Of what changes nothing, or nothing twice, while something passes."""
LONGEST_PAUSE = 30.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered, and the ETag of what was shown."""

    content: bytes
    etag: str = ""

    @property
    def json(self) -> Any:
        """The body; raises UnreachableError where it is none of the pipeline's."""
        try:
            return json.loads(self.content)
        except ValueError:
            text = f"the answer is no JSON, so this is not the pipeline's address; check --url or {URL}"
            raise UnreachableError(text) from None


class NotNowError(UnreachableError):
    """It passes; `after` seconds from now, 0 where nobody said when."""

    def __init__(self, text: str, after: float) -> None:
        self.after = after
        super().__init__(text)


class Api:
    """The pipeline at one address."""

    def __init__(
        self,
        url: str,
        environment: Mapping[str, str],
        session: requests.Session | None = None,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        address = url or environment.get(URL, "")
        if not address:
            raise UsageError(f"no address: give --url https://..., or set {URL}")
        try:
            self.url = checked_base_url(f"--url or {URL}", address.removesuffix("/").removesuffix("/api"))
        except SettingsError as error:
            raise UsageError(str(error)) from None
        self._identity = Identity(environment)
        self._session = session or pooled_session(4)
        self._pause = pause

    def may_decide_about(self, requester: Mapping[str, Any] | None) -> bool:
        """As far as it is known here: a program never decides, and nobody about a request of their own."""
        own = bool(self._identity.person) and self._identity.person == (requester or {}).get("id")
        return not (self._identity.program or own)

    def get(self, path: str, accept: str = "") -> Answer:
        """Read something, in the media type `accept` where there are several."""
        return self._tried("GET", path, {"Accept": accept} if accept else {})

    def send_again(self, path: str, body: Mapping[str, object]) -> Answer:
        """POST what is once however often it is sent."""
        return self._tried("POST", path, {}, body)

    def send(self, method: str, path: str, body: Mapping[str, object], etag: str = "") -> Answer:
        """Change something; `etag` is that of what was seen before."""
        return self._call(method, path, {"If-Match": etag} if etag else {}, body)

    def _tried(self, method: str, path: str, headers: dict[str, str], body: object = None) -> Answer:
        for number in range(1, TRIES):
            try:
                return self._call(method, path, headers, body)
            except NotNowError as error:
                self._pause(min(error.after or 2.0**number, LONGEST_PAUSE))
        return self._call(method, path, headers, body)

    def _call(self, method: str, path: str, headers: dict[str, str], body: object = None) -> Answer:
        host = urlsplit(self.url).netloc
        try:
            answer = self._session.request(
                method,
                self.url + path,
                json=body,
                headers=headers,
                auth=self._identity,
                timeout=(CONNECT_WITHIN, ANSWER_WITHIN),
                allow_redirects=False,
            )
        except requests.ConnectionError as error:
            raise UnreachableError(f"{host} cannot be reached ({type(error).__name__}); {_unsure(method)}") from None
        except requests.RequestException as error:
            raise UnreachableError(f"{host} did not answer ({type(error).__name__}); {_unsure(method)}") from None
        if 200 <= answer.status_code < 300:
            return Answer(answer.content, answer.headers.get("ETag", ""))
        raise _refusal(answer, method)


def _unsure(method: str) -> str:
    if method == "GET":
        return f"check --url or {URL}, and the network (with --local: is python3 dev.py up running?)"
    return "it may have been done: look with `offboard show`, and repeat it if it was not; twice is once"


def _refusal(answer: requests.Response, method: str) -> Exception:
    said = _said(answer)
    cause = str(said.get("detail") or f"the answer was {answer.status_code} without a reason")
    if answer.status_code in PASSES:
        return NotNowError(f"not now ({answer.status_code}): {cause}; {_unsure(method)}", _after(answer))
    if answer.status_code == 401 and not said:
        cause = "nobody is signed in: the token or the key is not valid, or has expired"
    if 300 <= answer.status_code < 400:
        return UnreachableError(f"the address leads elsewhere ({answer.status_code}); check --url or {URL}")
    mistakes = said.get("errors")
    for mistake in mistakes if isinstance(mistakes, list) else ():
        cause += f"; {mistake.get('field')}: {mistake.get('rule')}"
    consequence = "Nothing was changed." if answer.status_code < 500 else "It is not known how far it got."
    action = str(said.get("operatorAction") or _advice(answer.status_code))
    return RefusedError(cause, consequence, action, said or None, answer.status_code)


def _after(answer: requests.Response) -> float:
    """Seconds of Retry-After; 0 where it says none."""
    word = answer.headers.get("Retry-After", "")
    return float(word) if word.isascii() and word.isdigit() and len(word) < 6 else 0.0


def _advice(status: int) -> str:
    if status == 401:
        return f"Sign in again and set {TOKEN}, or look up the key for {KEY}."
    if status == 404:
        return f"Check the id, and --url or {URL}."
    return "Look at the log of the app."


def _said(answer: requests.Response) -> dict[str, Any]:
    try:
        said = json.loads(answer.content)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def offboarding(identity: str, rest: str = "") -> str:
    """The path of an offboarding, whatever was typed for its id; raises UsageError for what leads elsewhere: nothing
    (an empty variable of a script) and dots, which HTTP takes for another folder."""
    if identity.strip() in ("", ".", ".."):
        raise UsageError(f"{identity!r} is no id of an offboarding (offboard list shows them)")
    return f"/api/offboardings/{quote(identity, safe='')}{rest}"
