from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from shared.adapters.http.tokens import Audience, IssuedToken, TokenCache
from shared.domain.errors import SignInRequiredError, UnavailableError

HOME = "home-tenant"
PC = Audience.PARTNER_CENTER


class Issuer:
    """Numbers its tokens; fails when told to."""

    def __init__(self, life: float = 1000.0) -> None:
        self.life = life
        self.time = 0.0
        self.issued: list[tuple[Audience, str]] = []
        self.failure: Exception | None = None

    def issue(self, audience: Audience, tenant_id: str) -> IssuedToken:
        if self.failure is not None:
            raise self.failure
        self.issued.append((audience, tenant_id))
        return IssuedToken(f"token-{len(self.issued)}", self.life)

    def cache(self) -> TokenCache:
        return TokenCache(self.issue, lambda: self.time)


def test_one_token_for_each_audience_and_tenant() -> None:
    issuer = Issuer()
    cache = issuer.cache()
    assert cache.token(PC, HOME) == cache.token(PC, HOME.upper()) == "token-1"
    assert cache.token(Audience.GRAPH, HOME) == "token-2"
    assert cache.token(Audience.AZURE, "other") == "token-3"


@pytest.mark.parametrize(("life", "kept_until"), [(1000.0, 800.0), (3600.0, 3300.0), (10.0, 8.0)])
def test_a_token_is_renewed_ahead_of_its_expiry(life: float, kept_until: float) -> None:
    issuer = Issuer(life)
    cache = issuer.cache()
    cache.token(PC, HOME)
    issuer.time = kept_until - 0.5
    assert cache.token(PC, HOME) == "token-1"
    issuer.time = kept_until
    assert cache.token(PC, HOME) == "token-2"


def test_a_failed_early_renewal_does_not_waste_a_valid_token() -> None:
    issuer = Issuer()
    cache = issuer.cache()
    cache.token(PC, HOME)
    issuer.failure, issuer.time = UnavailableError("down"), 900.0
    assert cache.token(PC, HOME) == "token-1"
    issuer.time = 1000.0
    with pytest.raises(UnavailableError):
        cache.token(PC, HOME)


def test_a_sign_in_that_is_over_is_said_at_once() -> None:
    issuer = Issuer()
    cache = issuer.cache()
    cache.token(PC, HOME)
    issuer.failure, issuer.time = SignInRequiredError("over"), 900.0
    with pytest.raises(SignInRequiredError):
        cache.token(PC, HOME)


def test_a_refused_token_is_never_handed_out_again() -> None:
    issuer = Issuer()
    cache = issuer.cache()
    first = cache.token(PC, HOME)
    assert cache.token(PC, HOME, refused=first) == "token-2"
    assert cache.token(PC, HOME, refused=first) == "token-2"
    assert len(issuer.issued) == 2
    issuer.failure = UnavailableError("down")
    with pytest.raises(UnavailableError):
        cache.token(PC, HOME, refused="token-2")
    with pytest.raises(UnavailableError):
        cache.token(PC, HOME)


def test_a_forgotten_token_is_replaced_at_the_next_call_only() -> None:
    issuer = Issuer()
    cache = issuer.cache()
    cache.forget(PC, HOME)
    first = cache.token(PC, HOME)
    cache.forget(PC, HOME.upper(), first)
    assert len(issuer.issued) == 1
    assert cache.token(PC, HOME) == "token-2"
    cache.forget(PC, HOME, first)
    assert cache.token(PC, HOME) == "token-2", "another thread has renewed it already"
    cache.forget(PC, HOME)
    assert cache.token(PC, HOME) == "token-3"


def test_many_threads_ask_once() -> None:
    issuer, barrier = Issuer(), Barrier(8)
    cache = issuer.cache()

    def ask(_: int) -> str:
        barrier.wait(10)
        return cache.token(PC, HOME)

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(ask, range(8))) == {"token-1"}
    assert len(issuer.issued) == 1


def test_a_token_is_not_shown() -> None:
    assert "secret" not in repr(IssuedToken("secret", 1.0))
