"""Every vault behind the TokenVault port, each in a fresh state."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from azure.core.credentials import AccessToken
from azure.core.pipeline.transport import RequestsTransport

from local.world.vault import MemoryVault
from shared.adapters.vault.file import FileVault
from shared.adapters.vault.key_vault import KeyVaultVault
from shared.ports.sign_in import TokenVault
from tests.contract.vault.key_vault_server.server import URL, KeyVaultServer, mapped_session
from tests.contract.vault.key_vault_server.vault import Vault

NAME = "partner-center-refresh-token"
TOKEN = "recognisable-vault-token"


@dataclass(frozen=True, slots=True)
class Identity:
    """A credential of azure-identity's shape."""

    def get_token(self, *scopes: str, **options: Any) -> AccessToken:
        assert scopes == ("https://vault.azure.net/.default",)
        return AccessToken(TOKEN, int(datetime.now(UTC).timestamp()) + 3600)

    def close(self) -> None:
        """Nothing is open."""


def key_vault(server: KeyVaultServer, **options: Any) -> KeyVaultVault:
    """The real client library on the stand-in."""
    transport = RequestsTransport(session=mapped_session(server.address), session_owner=False)
    return KeyVaultVault(URL, NAME, Identity(), transport=transport, retry_backoff_factor=0, **options)


@pytest.fixture
def server() -> Iterator[KeyVaultServer]:
    with KeyVaultServer(Vault(TOKEN)) as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture(params=["memory", "file", "key vault"])
def vault(request: pytest.FixtureRequest, tmp_path: Path) -> TokenVault:
    if request.param == "memory":
        return MemoryVault(lambda: datetime.now(UTC))
    if request.param == "file":
        return FileVault(tmp_path / "refresh-token.json")
    return key_vault(request.getfixturevalue("server"))
