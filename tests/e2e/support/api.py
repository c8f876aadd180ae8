"""The HTTP interface as its callers use it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import requests

from tests.e2e.support.stack import Addresses
from tests.e2e.support.until import DEADLINE, until

TIMEOUT = 20
PATH = "/api/offboardings"
PROBLEM = "application/problem+json"


class Api:
    """A holder of the function key, or somebody else by the headers that they send."""

    def __init__(self, addresses: Addresses, headers: Mapping[str, str] | None = None) -> None:
        self.root = addresses.http
        self._headers = {"x-functions-key": addresses.key} if headers is None else dict(headers)

    def call(
        self,
        method: str,
        path: str,
        body: object = None,
        data: bytes | None = None,
        more: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """One call to a path, or to an address that was answered, with a JSON body or the bytes of `data`."""
        url = path if path.startswith(f"{self.root}/") else f"{self.root}{path}"
        headers = self._headers | dict(more or {})
        return requests.request(method, url, json=body, data=data, headers=headers, timeout=TIMEOUT)

    def ask(self, request: dict[str, Any]) -> requests.Response:
        """POST a request."""
        return self.call("POST", PATH, request)

    def resume(self, identity: str) -> requests.Response:
        """Resume one, with a reason."""
        return self.say(identity, "resume", {"reason": "the cause is gone"})

    def say(self, identity: str, what: str, body: object, key: str | None = None) -> requests.Response:
        """Say something about one as it stands now; looked at again where it has just changed."""
        for _ in range(5):
            seen = self.call("GET", f"{PATH}/{identity}").headers.get("ETag", '"none"')
            more = {"If-Match": seen} | ({"Idempotency-Key": key} if key else {})
            answer = self.call("POST", f"{PATH}/{identity}/{what}", body, more=more)
            if answer.status_code != 412:
                break
        return answer

    def show(self, identity: str) -> dict[str, Any]:
        """One offboarding."""
        answer = self.call("GET", f"{PATH}/{identity}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def page(self, query: str = "") -> dict[str, Any]:
        """One page of the list."""
        answer = self.call("GET", f"{PATH}{query}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def find(self, request_id: str) -> dict[str, Any] | None:
        """The offboarding of a request, once it was accepted."""
        items = [item for item in self.page("?limit=200")["items"] if item["requestId"] == request_id]
        assert len(items) < 2, items
        return self.show(items[0]["offboardingId"]) if items else None

    def follow(self, request_id: str, statuses: Collection[str], seconds: float = DEADLINE) -> dict[str, Any]:
        """The offboarding of a request once it is in one of `statuses`."""
        seen: dict[str, Any] = {}

        def there() -> dict[str, Any] | None:
            seen.update(self.find(request_id) or {})
            return seen if seen.get("status") in statuses else None

        try:
            return until(there, f"{request_id} in {statuses}", seconds)
        except AssertionError as error:
            timeline = "\n".join(f"{e['stage']} {e['what']} {e.get('detail', '')}" for e in seen.get("timeline", []))
            raise AssertionError(f"{error}\n{timeline}") from None


def problem(answer: requests.Response, status: int, code: str) -> dict[str, Any]:
    """The problem document of `answer`, checked."""
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"].split(";")[0] == PROBLEM
    found: dict[str, Any] = answer.json()
    assert (found["status"], found["code"]) == (status, code), found
    assert found["detail"]
    return found
