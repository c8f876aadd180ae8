"""Addresses and keys of targets are in no representation of what holds them."""

from __future__ import annotations

from shared.adapters.notices.channels import Place
from shared.composition.settings import read_settings
from tests.unit.test_settings import GOOD
from tests.unit.test_settings_notices import NOTIFY, SECRETS


def test_no_representation_shows_a_secret() -> None:
    settings = read_settings(GOOD | NOTIFY)
    [place, *_] = [Place(own.url, own.keys) for own in settings.notices.targets.values()]
    for secret in SECRETS:
        assert secret not in repr(settings)
        assert secret not in repr(place)
