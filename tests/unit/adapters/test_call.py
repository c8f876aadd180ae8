from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.http.call import encoded, guid, segment
from shared.adapters.http.correlation import correlated, correlation_id
from shared.domain.errors import InvalidRequestError
from tests.unit.adapters.fake_http import CUSTOMER


@pytest.mark.parametrize("value", [CUSTOMER, CUSTOMER.upper()])
def test_a_guid_is_kept_as_it_is(value: str) -> None:
    assert guid("customerId", value) == value


@pytest.mark.parametrize(
    "value", ["", "relationshiprequests", "contoso.onmicrosoft.com", f"{CUSTOMER}/..", f" {CUSTOMER}", f"{CUSTOMER}\n"]
)
def test_a_customer_is_addressed_by_guid_only(value: str) -> None:
    with pytest.raises(InvalidRequestError, match="customerId"):
        guid("customerId", value)


@pytest.mark.parametrize(
    "value",
    ["9qg-ErcO-4MPbPqq_3MIQaS7bn8W6HfG1", "a68736758d9c", f"{CUSTOMER}-{CUSTOMER}", "a.b"],  # pragma: allowlist secret
)
def test_ids_in_use_are_segments(value: str) -> None:
    assert segment("id", value) == value


@pytest.mark.parametrize("value", ["", ".", "..", "a/b", "a?b", "a#b", "a%2fb", "a b", "é", "a\\b", "a\n", "x" * 201])
def test_nothing_that_leaves_the_resource_is_a_segment(value: str) -> None:
    with pytest.raises(InvalidRequestError, match="id"):
        segment("id", value)


@given(st.text())
def test_a_segment_never_changes_the_path(value: str) -> None:
    try:
        accepted = segment("id", value)
    except InvalidRequestError:
        return
    assert not set(accepted) & set("/?#%\\ ")
    assert accepted.strip(".")


def test_queries_are_percent_encoded() -> None:
    assert encoded({"$filter": "a eq 'b c'"}) == "%24filter=a%20eq%20%27b%20c%27"


def test_calls_share_the_correlation_id_of_their_block() -> None:
    outside = {correlation_id() for _ in range(3)}
    with correlated(CUSTOMER):
        inside = {correlation_id() for _ in range(3)}
    assert len(outside) == 3
    assert inside == {CUSTOMER}
