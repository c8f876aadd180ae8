"""Forms in which libraries quote secrets: none of them is exported, and a long text costs no more than a short one."""

from __future__ import annotations

import pytest

from shared.adapters.telemetry.redaction import LONGEST, SECRET, redacted

FORMS = {
    "Python": "{'refresh_token': 'SHORT-one'}",  # pragma: allowlist secret
    "JSON": '{"client_secret": "SHORT-one"}',  # pragma: allowlist secret
    "password": "pwd=SHORT-one",  # pragma: allowlist secret
    "user of an address": "https://maria:SHORT-one@host.example/a",  # pragma: allowlist secret
    "query of an address": "https://host.example/a?code=SHORT-one",
    "fragment of an address": "https://host.example/a#access_token=SHORT-one",
}


@pytest.mark.parametrize("text", FORMS.values(), ids=FORMS)
def test_a_secret_in_any_form_is_taken_out(text: str) -> None:
    assert "SHORT" not in redacted(text)


def test_what_is_no_secret_stays() -> None:
    text = "PATCH /v1/customers/{id}/subscriptions/{id} answered 409 900278 after 12 ms: another operation is pending"
    assert redacted(text) == text


def test_a_long_text_is_cut_before_it_is_searched() -> None:
    """Every hyphen of it begins a word that could be a name."""
    found = redacted("a-" * 1_000_000)
    assert len(found) <= LONGEST
    assert redacted(f"{'word ' * 2 * LONGEST}key=SHORT").count("SHORT") == 0


def test_no_half_of_a_secret_is_left_where_a_text_is_cut() -> None:
    text = f"{'x ' * (LONGEST - 10)}password={'SHORT-one' * 40}"
    assert "SHORT" not in redacted(text).replace(SECRET, "")
