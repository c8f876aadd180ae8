"""A browser without scripts for the pages of the console: keeps the cookie, reads pages, fills in forms."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

import azure.functions as func
import requests
from bs4 import BeautifulSoup, Tag

from shared.console.form_key import form_key
from tests.unit.functions.support import CONTEXT, FUNCTIONS, OPERATOR
from tests.unit.functions.wire import route_of

SITE = "https://host"


class Page:
    """What was answered."""

    def __init__(self, answer: func.HttpResponse, path: str) -> None:
        self.status, self.headers, self.path = answer.status_code, answer.headers, path
        self.body = answer.get_body()
        self.soup = BeautifulSoup(self.body, "html.parser")

    @property
    def text(self) -> str:
        """What is read on it, with single spaces."""
        return " ".join(self.soup.get_text(" ").split())

    def form(self, action: str) -> Tag:
        """The form that is sent to `action`."""
        found = self.soup.find("form", attrs={"action": action, "method": "post"})
        assert isinstance(found, Tag), f"no form for {action} on {self.path}"
        return found

    def field(self, action: str, name: str) -> str:
        """What a field of a form has in it."""
        found = self.form(action).find("input", attrs={"name": name})
        assert isinstance(found, Tag), f"no field {name} in the form for {action}"
        return str(found["value"])

    @property
    def actions(self) -> set[str]:
        """Where the forms of the page are sent to, those that only look left out."""
        return {str(form["action"]) for form in self.soup.find_all("form") if form.get("method") == "post"}


class Browser:
    """One person's; `headers` are what the platform says of that person."""

    def __init__(self, headers: Mapping[str, str] = OPERATOR) -> None:
        self.headers, self.cookie = dict(headers), ""

    def get(self, path: str) -> Page:
        """Load a page."""
        return self._send("GET", path, b"", {})

    def fill(self, page: Page, action: str, **fields: str | list[str]) -> Page:
        """Fill in a form and send it as a browser does; follows the redirection."""
        form = page.form(action)
        values: list[tuple[str, str]] = []
        for field in form.find_all(["input", "select", "textarea"]):
            name, kind = str(field.get("name") or ""), field.get("type")
            if name in fields or kind in ("radio", "checkbox"):
                continue
            chosen = field.find("option") if field.name == "select" else field
            values.append((name, str(chosen.get("value") or "") if chosen else ""))
        for name, given in fields.items():
            values.extend((name, value) for value in ([given] if isinstance(given, str) else given))
        return self.post(action, values)

    def form_key(self, page: Page) -> str:
        """The key that a form would carry; made from the cookie where the page has no form."""
        found = page.soup.find("input", attrs={"name": "form_key"})
        if isinstance(found, Tag):
            return str(found["value"])
        principal = json.loads(base64.b64decode(self.headers["X-MS-CLIENT-PRINCIPAL"]))
        [identity] = [claim["val"] for claim in principal["claims"] if claim["typ"] == "oid"]
        return form_key(self.cookie.partition("=")[2], identity)

    def upload(self, page: Page, action: str, content: bytes, **fields: str) -> Page:
        """Send a form with a file; nothing is followed."""
        values = {"form_key": page.field(action, "form_key"), **fields}
        made = requests.Request("POST", SITE, data=values, files={"file": ("customers.csv", content)}).prepare()
        assert isinstance(made.body, bytes)
        kind = {"content-type": str(made.headers["Content-Type"]), "sec-fetch-site": "same-origin"}
        return self._send("POST", action, made.body, kind)

    def post(self, path: str, values: list[tuple[str, str]], **headers: str) -> Page:
        """Send fields to a path, and follow the redirection."""
        answer = self.send_form(path, urlencode(values).encode(), **headers)
        return self.get(answer.headers["Location"]) if answer.status == 303 else answer

    def send_form(self, path: str, body: bytes, **headers: str) -> Page:
        """Send a form's bytes to a path; nothing is followed."""
        kind = {"content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin", **headers}
        return self._send("POST", path, body, kind)

    def _send(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Page:
        parts = urlsplit(urljoin(SITE, path))
        name, route = route_of(method, parts.path)
        sent = {**self.headers, **headers, **({"cookie": self.cookie} if self.cookie else {})}
        query = dict(parse_qsl(parts.query))
        url = f"{SITE}{parts.path}" + (f"?{parts.query}" if parts.query else "")
        request = func.HttpRequest(method=method, url=url, headers=sent, params=query, route_params=route, body=body)
        answer = FUNCTIONS[name](request, CONTEXT)
        if "Set-Cookie" in answer.headers:
            self.cookie = answer.headers["Set-Cookie"].partition(";")[0]
        return Page(answer, path)
