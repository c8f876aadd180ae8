"""The HTTP server of the stand-in, and a session that reaches it under Key Vault's own https name.

Key Vault's client library sends tokens to https addresses of the vault's own domain only, and rightly so: the session
maps that one name to the loopback address.
"""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

from tests.contract.vault.key_vault_server.vault import HOST, Vault

URL = f"https://{HOST}"
_MAXIMUM_BODY = 1024 * 1024


class KeyVaultServer(ThreadingHTTPServer):
    """Listens on 127.0.0.1; port 0 picks a free one."""

    daemon_threads = True

    def __init__(self, vault: Vault, port: int = 0) -> None:
        self.vault = vault
        super().__init__(("127.0.0.1", port), _Handler)

    @property
    def address(self) -> str:
        """Where it really is."""
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "KeyVaultStandIn"
    disable_nagle_algorithm = True
    server: KeyVaultServer

    def _handle(self) -> None:
        length = min(int(self.headers.get("Content-Length") or 0), _MAXIMUM_BODY)
        body = self.rfile.read(length) if length else b""
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer = self.server.vault.answer(self.command, urlsplit(self.path).path, headers, body)
        content = json.dumps(answer.body).encode()
        lines = [f"HTTP/1.1 {answer.status} ", "Content-Type: application/json; charset=utf-8"]
        lines += [f"{name}: {value}" for name, value in answer.headers.items()]
        lines.append(f"Content-Length: {len(content)}")
        self.connection.sendall("\r\n".join([*lines, "", ""]).encode("latin-1") + content)

    do_GET = do_PUT = do_POST = do_PATCH = do_DELETE = _handle  # noqa: N815 - http.server's names

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Say nothing: a path may name a secret."""


class _Mapped(HTTPAdapter):
    def __init__(self, address: str) -> None:
        self._address = address
        super().__init__()

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        url = str(request.url)
        request.url = url.replace(URL, self._address, 1)
        try:
            return super().send(request, *args, **options)
        finally:
            request.url = url


def mapped_session(address: str) -> requests.Session:
    """A session in which the vault's https name is that address."""
    session = requests.Session()
    session.trust_env = False
    session.mount(URL, _Mapped(address))
    return session
