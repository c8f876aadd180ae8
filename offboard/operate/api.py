"""One call to the pipeline's HTTP interface, as a person with a token or a program with a key."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

import requests
from requests.auth import AuthBase

from shared.adapters.http.transport import checked_base_url, pooled_session
from shared.domain.errors import SettingsError

TOKEN, KEY, URL = "OFFBOARDING_TOKEN", "OFFBOARDING_KEY", "OFFBOARDING_URL"
CONNECT_WITHIN, ANSWER_WITHIN = 10.0, 240.0
"""Seconds. Azure's front end ends a call after 230 s."""
PASSES = frozenset({429, 502, 503, 504})
"""Answers of something on the way, or of an app that is not at its work now."""


class UsageError(Exception):
    """What was typed or set cannot work; nothing was sent."""


class RefusedError(Exception):
    """The pipeline said no. `answer` is what it said, JSON or not."""

    def __init__(self, cause: str, consequence: str, action: str, answer: Any = None) -> None:
        self.cause, self.consequence, self.action, self.answer = cause, consequence, action, answer
        super().__init__(cause)


class UnreachableError(Exception):
    """Nobody answered, or something else than the pipeline did."""


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


class Identity(AuthBase):
    """Puts token or key into a header: never into an address, an argument or a message."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        token, key = environment.get(TOKEN, "").strip(), environment.get(KEY, "").strip()
        if not token and not key:
            raise UsageError(
                f"nobody is named: set {TOKEN} to an access token (az login, then az account get-access-token "
                f"--resource api://<client id> --query accessToken -o tsv), or {KEY} to a function key, in the "
                "environment"
            )
        name, value = (TOKEN, token) if token else (KEY, key)
        if not (value.isascii() and value.isprintable()) or " " in value:
            raise UsageError(f"{name} is no single word of ASCII characters; set the bare value")
        self._header = ("Authorization", f"Bearer {token}") if token else ("x-functions-key", key)

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        name, value = self._header
        request.headers[name] = value
        return request


class Api:
    """The pipeline at one address."""

    def __init__(self, url: str, environment: Mapping[str, str], session: requests.Session | None = None) -> None:
        address = url or environment.get(URL, "")
        if not address:
            raise UsageError(f"no address: give --url https://..., or set {URL}")
        try:
            self.url = checked_base_url(f"--url or {URL}", address.removesuffix("/").removesuffix("/api"))
        except SettingsError as error:
            raise UsageError(str(error)) from None
        self._identity = Identity(environment)
        self._session = session or pooled_session(1)

    def get(self, path: str, accept: str = "") -> Answer:
        """Read something, in the media type `accept` where there are several."""
        return self._call("GET", path, {"Accept": accept} if accept else {})

    def send(self, method: str, path: str, body: Mapping[str, object], etag: str = "") -> Answer:
        """Change something; `etag` is that of what was seen before."""
        return self._call(method, path, {"If-Match": etag} if etag else {}, body)

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
        return f"check --url or {URL}, and the network"
    return "it may have been done: look with `offboard show`, and repeat it if it was not; twice is once"


def _refusal(answer: requests.Response, method: str) -> Exception:
    said = _said(answer)
    cause = str(said.get("detail") or f"the answer was {answer.status_code} without a reason")
    if answer.status_code in PASSES:
        return UnreachableError(f"not now ({answer.status_code}): {cause}; {_unsure(method)}")
    if answer.status_code == 401 and not said:
        cause = "nobody is signed in: the token or the key is not valid, or has expired"
    if 300 <= answer.status_code < 400:
        return UnreachableError(f"the address leads elsewhere ({answer.status_code}); check --url or {URL}")
    mistakes = said.get("errors")
    for mistake in mistakes if isinstance(mistakes, list) else ():
        cause += f"; {mistake.get('field')}: {mistake.get('rule')}"
    consequence = "Nothing was changed." if answer.status_code < 500 else "It is not known how far it got."
    action = str(said.get("operatorAction") or _advice(answer.status_code))
    return RefusedError(cause, consequence, action, said or None)


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
