"""A requests adapter that answers from a list, and clients built on it."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict
from urllib3 import HTTPResponse

from shared.adapters.http.failures import Rules, no_rules
from shared.adapters.http.rate import RateLimiter
from shared.adapters.http.service import ServiceClient
from shared.adapters.http.tokens import Audience
from shared.adapters.http.transport import Timeouts
from shared.adapters.partner_center.client import PartnerCenterClient
from shared.adapters.partner_center.error_map import partner_center_rules

BASE = "https://api.example.test"
PARTNER = "11111111-aaaa-4bbb-8ccc-000000000001"
CUSTOMER = "22222222-aaaa-4bbb-8ccc-000000000002"
REQUEST_ID = "33333333-aaaa-4bbb-8ccc-000000000003"
NOW = datetime(2026, 9, 1, 12, 0, tzinfo=UTC)
TOKEN = "eyJhbGciOi.secret-token.value"


@dataclass(slots=True)
class Reply:
    """One prepared answer: JSON in `body` unless it is bytes; an exception is raised instead of answering."""

    body: object = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    error: requests.RequestException | None = None


@dataclass
class Script(BaseAdapter):
    """Answers in order and keeps what was asked."""

    replies: list[Reply]
    asked: list[requests.PreparedRequest] = field(default_factory=list)

    def send(self, request: requests.PreparedRequest, *args: object, **kwargs: object) -> requests.Response:
        self.asked.append(request)
        assert self.replies, f"unexpected call {request.method} {request.url}"
        reply = self.replies.pop(0)
        if reply.error is not None:
            raise reply.error
        body = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
        response = requests.Response()
        response.status_code = reply.status
        response.headers = CaseInsensitiveDict(reply.headers)
        response.request = request
        response.url = request.url or ""
        response.raw = HTTPResponse(
            body=io.BytesIO(body), status=reply.status, headers=dict(reply.headers), preload_content=False
        )
        return response

    def close(self) -> None:
        """Nothing is open."""

    def body(self, index: int = -1) -> object:
        """The JSON that was sent in a call."""
        return json.loads(self.asked[index].body or b"null")


@dataclass
class Tokens:
    """A TokenSource that counts renewals."""

    value: str = TOKEN
    refused: list[str] = field(default_factory=list)
    forgotten: list[str] = field(default_factory=list)

    def token(self, audience: Audience, tenant_id: str, refused: str = "") -> str:
        if refused:
            self.refused.append(refused)
            return f"{self.value}-renewed"
        return self.value

    def forget(self, audience: Audience, tenant_id: str, refused: str = "") -> None:
        self.forgotten.append(refused)


def session_of(script: Script) -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    session.mount("https://", script)
    return session


def service_of(
    script: Script,
    rules: Rules = no_rules,
    tokens: Tokens | None = None,
    now: Callable[[], datetime] = lambda: NOW,
    base_url: str = BASE,
    limiter: RateLimiter | None = None,
) -> ServiceClient:
    return ServiceClient(
        "Service",
        base_url,
        Audience.PARTNER_CENTER,
        tokens or Tokens(),
        session_of(script),
        Timeouts(),
        now=now,
        rules=rules,
        limiter=limiter,
    )


def partner_center(*replies: Reply) -> tuple[PartnerCenterClient, Script]:
    script = Script(list(replies))
    return PartnerCenterClient(service_of(script, partner_center_rules), PARTNER), script
