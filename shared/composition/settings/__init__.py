"""The settings of the application: the one place that reads the environment.

Everything that is missing or wrong is reported at once, by name. Secrets are kept out of every representation.
"""

from shared.composition.settings.endpoints import Cloud, Endpoints
from shared.composition.settings.settings import Settings, read_settings
from shared.composition.settings.sign_in import ClientAuth
from shared.composition.settings.store import StoreKind, StoreSettings

__all__ = [
    "ClientAuth",
    "Cloud",
    "Endpoints",
    "Settings",
    "StoreKind",
    "StoreSettings",
    "read_settings",
]
