"""The platform is asked about keys and forgeries: what its answers mean, what is remembered, that no key is shown."""

from __future__ import annotations

import pytest

from shared.adapters.http.transport import pooled_session
from shared.adapters.platform import REMEMBERED, REMEMBERED_SECONDS, OwnPlatform
from shared.domain.errors import UnavailableError
from tests.unit.adapters.socket_server import Talk, talking

TAKEN = b"HTTP/1.1 204 No Content\r\n\r\n"
REFUSED = b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n"


CAME_THROUGH = b"HTTP/1.1 409 Conflict\r\nContent-Length: 0\r\n\r\n"


class Watch:
    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


def platform_of(talk: Talk, watch: Watch | None = None) -> OwnPlatform:
    return OwnPlatform(pooled_session(2), talk.url, watch or Watch())


def test_the_host_takes_a_key_or_does_not() -> None:
    with talking(REFUSED, TAKEN) as talk:
        platform = platform_of(talk)
        assert not platform.key_is_valid("wrong")
        assert platform.key_is_valid("right")
    [first, second] = talk.requests
    assert first.startswith(b"GET /api/function-key HTTP/1.1\r\n")
    assert b"x-functions-key: right\r\n" in second


def test_what_was_taken_is_remembered_for_a_minute_and_a_refusal_never() -> None:
    watch = Watch()
    with talking(TAKEN, REFUSED, REFUSED) as talk:
        platform = platform_of(talk, watch)
        assert platform.key_is_valid("key")
        watch.seconds += REMEMBERED_SECONDS - 1
        assert platform.key_is_valid("key")
        assert len(talk.requests) == 1
        watch.seconds += 1
        assert not platform.key_is_valid("key")
        assert not platform.key_is_valid("key")
    assert len(talk.requests) == 3


def test_only_so_many_are_remembered() -> None:
    with talking(*([TAKEN] * (REMEMBERED + 2))) as talk:
        platform = platform_of(talk)
        for number in range(REMEMBERED + 1):
            assert platform.key_is_valid(f"key-{number}")
        assert platform.key_is_valid(f"key-{REMEMBERED}")
        assert len(talk.requests) == REMEMBERED + 1
        assert platform.key_is_valid("key-0")
    assert len(talk.requests) == REMEMBERED + 2


@pytest.mark.parametrize("key", ["", " ", "a b", "a\r\nx: y", "ä", "x" * 501])
def test_what_no_key_can_be_is_not_even_asked_about(key: str) -> None:
    with talking() as talk:
        assert not platform_of(talk).key_is_valid(key)
    assert talk.connections == 0


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n",
        b"nonsense\r\n\r\n",
    ],
)
def test_any_other_answer_is_none(answer: bytes) -> None:
    with talking(answer) as talk, pytest.raises(UnavailableError) as caught:
        platform_of(talk).key_is_valid("the-secret-key")
    assert "the-secret-key" not in repr(caught.value)
    assert caught.value.__cause__ is None
    assert "/api/function-key" in caught.value.operator_action


def test_a_host_that_is_not_there_says_nothing_about_a_key() -> None:
    platform = OwnPlatform(pooled_session(2), "http://127.0.0.1:1")
    with pytest.raises(UnavailableError, match="did not answer"):
        platform.key_is_valid("key")


def test_forgeries_are_tried_out_until_they_are_taken_away_and_then_never_again() -> None:
    with talking(CAME_THROUGH, TAKEN) as talk:
        platform = platform_of(talk)
        assert not platform.takes_away_forgeries()
        assert platform.takes_away_forgeries()
        assert platform.takes_away_forgeries()
    assert len(talk.requests) == 2
    assert talk.requests[0].startswith(b"GET /api/forged-identity HTTP/1.1\r\n")
    assert b"X-MS-CLIENT-PRINCIPAL: forged\r\n" in talk.requests[0]


@pytest.mark.parametrize("answer", [REFUSED, b"HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n", b"nonsense\r\n\r\n"])
def test_an_answer_that_says_nothing_about_forgeries_is_no_yes(answer: bytes) -> None:
    with talking(answer) as talk, pytest.raises(UnavailableError):
        platform_of(talk).takes_away_forgeries()
