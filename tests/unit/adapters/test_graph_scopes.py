"""Whether the sign-in may end delegated admin relationships, as far as its token says."""

from __future__ import annotations

import base64
import json
from typing import cast

import pytest

from shared.adapters.graph.client import GraphDelegatedAdmin
from shared.adapters.http.service import ServiceClient
from tests.unit.adapters.fake_http import PARTNER


class OnlyToken:
    """A service of which nothing but the token is asked."""

    def __init__(self, token: str) -> None:
        self._token = token

    def token(self, tenant_id: str) -> str:
        assert tenant_id == PARTNER
        return self._token


def token_with(claims: object) -> str:
    payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"e30.{payload}.signature"


@pytest.mark.parametrize(
    ("token", "may"),
    [
        (token_with({"scp": "DelegatedAdminRelationship.ReadWrite.All"}), True),
        (token_with({"scp": "User.Read DelegatedAdminRelationship.ReadWrite.All"}), True),
        (token_with({"scp": "DelegatedAdminRelationship.Read.All"}), False),
        (token_with({"scp": "DelegatedAdminRelationship.ReadWrite.All.Not"}), False),
        (token_with({"scp": ""}), False),
        (token_with({"scp": ["a"]}), True),
        (token_with({"roles": ["DelegatedAdminRelationship.Read.All"]}), True),
        (token_with({}), True),
        (token_with([]), True),
        ("opaque", True),
    ],
)
def test_only_a_token_that_says_otherwise_may_not(token: str, may: bool) -> None:
    service = cast("ServiceClient", OnlyToken(token))
    assert GraphDelegatedAdmin(service, PARTNER).may_terminate() is may
