"""The HTTP client under MSAL: our pooled session, time-outs, throttle guard and errors, and the configured address.

MSAL insists on an https authority that it knows. It is given the cloud's own, and every URL of that authority is sent
to the configured login address instead; in Azure both are the same. Nothing is sent anywhere else.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

import requests

from shared.adapters.entra.refusals import sign_in_failure
from shared.adapters.entra.secrecy import granted, silenced
from shared.adapters.http.answer import Answer, document, error_report
from shared.adapters.http.call import Call
from shared.adapters.http.record import Record
from shared.adapters.http.throttle import ThrottleBoard, ThrottleGuard
from shared.adapters.http.transport import Anonymous, Timeouts, checked_base_url, transmit
from shared.domain.errors import RemoteError, ThrottledError, UnreadableAnswerError

SERVICE = "Microsoft Entra"
SECRETS = ("refresh_token", "client_secret", "client_assertion", "device_code", "code")
"""Fields of a request whose values must not be repeated, even if an answer quotes them (I12)."""
KEPT_DISCOVERIES = 256


@dataclass(frozen=True, slots=True)
class Reply:
    """The response that MSAL's documentation asks of an HTTP client (msal.oauth2cli.http.Response)."""

    status_code: int
    text: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)

    def raise_for_status(self) -> None:
        """Errors were raised before."""


@dataclass(frozen=True, slots=True)
class LoginHttp:
    """The way to one login service, shared by every sign-in of the process. `authority`: the cloud's own https address.

    Discovery documents are kept; they change only with the service itself.
    """

    authority: str
    address: str
    session: requests.Session = field(repr=False)
    timeouts: Timeouts
    now: Callable[[], datetime]
    board: ThrottleBoard | None = field(default=None, repr=False)
    guard: ThrottleGuard = field(init=False, repr=False)
    discovered: dict[str, str] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "address", checked_base_url("authority", self.address))
        object.__setattr__(self, "guard", ThrottleGuard(SERVICE, self.now, self.board))


class EntraHttp:
    """MSAL's `http_client` for one exchange with one tenant. Raises the RemoteError family, straight through MSAL.

    `foreign`: the tenant is not the partner's own. `answerable` are OAuth errors that MSAL has to see itself.
    """

    def __init__(
        self, login_http: LoginHttp, tenant_id: str, *, foreign: bool = False, answerable: frozenset[str] = frozenset()
    ) -> None:
        self._door = login_http
        self._tenant_id = tenant_id
        self._foreign = foreign
        self._answerable = answerable

    def get(self, url: str, **_: object) -> Reply:
        """A discovery document, with the configured address turned back into the authority."""
        login_http = self._door
        if url not in login_http.discovered:
            answer = self._send("GET", url, None)
            self._check("GET", url, answer)
            Record(document(answer, f"{SERVICE} configuration"), f"{SERVICE} configuration")
            if len(login_http.discovered) >= KEPT_DISCOVERIES:
                login_http.discovered.clear()
            text = answer.body.decode("utf-8-sig")
            login_http.discovered[url] = text.replace(f'"{login_http.address}/', f'"{login_http.authority}/')
        return Reply(200, login_http.discovered[url])

    def post(self, url: str, data: Mapping[str, str | bytes] | None = None, **_: object) -> Reply:
        """A token or device code request: 2xx answers and `answerable` errors come back, everything else raises."""
        # MSAL's own assertions are bytes.
        form = {name: item.decode() if isinstance(item, bytes) else item for name, item in (data or {}).items()}
        answer = self._send("POST", url, form)
        if not answer.ok:
            answer = silenced(answer, [form[name] for name in SECRETS if form.get(name)])
            if answer.status == 400 and error_report(answer).code in self._answerable:
                return Reply(400, json.dumps({"error": error_report(answer).code}))
        self._check("POST", url, answer)
        return Reply(200, json.dumps(granted(answer, f"{SERVICE} answer")))

    def close(self) -> None:
        """The session belongs to the process."""

    def _send(self, method: str, url: str, form: Mapping[str, str] | None) -> Answer:
        login_http = self._door
        if not url.startswith(f"{login_http.authority}/"):
            raise UnreadableAnswerError(
                f"the login service names another host ({urlsplit(url).hostname}); not followed", service=SERVICE
            )
        login_http.guard.check()
        headers = {"Accept": "application/json"}
        return transmit(
            login_http.session,
            SERVICE,
            login_http.address,
            self._call(method, url),
            headers,
            Anonymous(),
            login_http.timeouts,
            form,
        )

    def _check(self, method: str, url: str, answer: Answer) -> None:
        error: RemoteError | None = sign_in_failure(
            SERVICE, self._call(method, url), answer, self._door.now(), foreign=self._foreign
        )
        if isinstance(error, ThrottledError) and error.retry_after is not None:
            self._door.guard.hold(error.retry_after)
        if error is not None:
            raise error

    def _call(self, method: str, url: str) -> Call:
        return Call(method, urlsplit(url).path, self._tenant_id)
