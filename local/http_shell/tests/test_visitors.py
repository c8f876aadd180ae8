"""A page of another site moves nothing on this machine."""

from __future__ import annotations

import pytest

from local.http_shell.message import Head
from local.http_shell.visitors import refusal

OWN = "127.0.0.1:8080"


def status(**headers: str) -> int | None:
    found = refusal(Head("POST", "/", "HTTP/1.1", tuple(headers.items())))
    return found.status if found is not None else None


@pytest.mark.parametrize("host", [OWN, "localhost:8080", "LOCALHOST", "[::1]:8080", "127.0.0.2"])
def test_this_machine_is_let_in_and_its_own_pages_too(host: str) -> None:
    assert status(Host=host) is None
    assert status(Host=host, Origin=f"http://{host}") is None


def test_a_program_that_says_nothing_is_let_in() -> None:
    assert status() is None


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": OWN, "Origin": "https://evil.example"},
        {"Host": OWN, "Origin": "null"},
        {"Host": OWN, "Origin": "http://127.0.0.1:9090"},
        {"Host": OWN, "Origin": "http://127.0.0.1:8080.evil.example"},
        {"Host": OWN, "Origin": "http://["},
        {"Host": "evil.example:8080"},
        {"Host": "evil.example:8080", "Origin": "http://evil.example:8080"},
        {"Host": "127.0.0.1.evil.example"},
        {"Host": "0.0.0.0:8080"},
        {"Host": "[::1"},
        {"Host": "\xe9vil.example"},
        {"Origin": "https://evil.example"},
    ],
    ids=str,
)
def test_others_are_not(headers: dict[str, str]) -> None:
    assert status(**headers) == 403
