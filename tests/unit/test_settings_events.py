"""How events name the deployment."""

from __future__ import annotations

import pytest

from shared.composition.settings import read_settings
from shared.domain.errors import SettingsError
from tests.unit.test_settings import GOOD

SITE = {"WEBSITE_SITE_NAME": "func-x"}
SUBSCRIPTION = "0a000000-0000-4000-8000-00000000000a"


@pytest.mark.parametrize(
    ("more", "source"),
    [
        ({}, "/offboarding-pipeline"),
        (SITE, "/offboarding-pipeline/func-x"),
        (SITE | {"WEBSITE_OWNER_NAME": "unheard of"}, "/offboarding-pipeline/func-x"),
        (
            SITE | {"WEBSITE_OWNER_NAME": f"{SUBSCRIPTION.upper()}+rg-EastUSwebspace"},
            f"/subscriptions/{SUBSCRIPTION}/offboarding-pipeline/func-x",
        ),
        (SITE | {"OFFBOARDING_EVENT_SOURCE": "urn:partner:offboarding"}, "urn:partner:offboarding"),
    ],
)
def test_the_source_names_the_deployment(more: dict[str, str], source: str) -> None:
    assert read_settings({**GOOD, **more}).event_source == source


@pytest.mark.parametrize("wrong", ["two words", 'a"b', "x" * 201])
def test_a_source_that_is_no_uri_reference_is_refused(wrong: str) -> None:
    with pytest.raises(SettingsError, match="OFFBOARDING_EVENT_SOURCE must be a URI reference"):
        read_settings({**GOOD, "OFFBOARDING_EVENT_SOURCE": wrong})
