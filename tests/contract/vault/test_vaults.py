"""TokenVault: what every vault does, and what each does in its own trouble."""

from __future__ import annotations

import logging
import os
import stat
import traceback
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shared.adapters.vault.file import FileVault
from shared.domain.errors import RemoteError, SignInRequiredError, ThrottledError, UnavailableError
from shared.ports.sign_in import TokenVault
from tests.contract.vault.conftest import NAME, TOKEN, key_vault
from tests.contract.vault.key_vault_server.server import KeyVaultServer

VALUE, NEWER = "0.recognisable-refresh-token", "1.recognisable-refresh-token"


def test_an_empty_vault_says_that_somebody_has_to_sign_in(vault: TokenVault) -> None:
    with pytest.raises(SignInRequiredError):
        vault.read()


def test_what_was_written_last_is_read(vault: TokenVault) -> None:
    vault.write(VALUE)
    vault.write(NEWER)
    stored = vault.read()

    assert stored.value == NEWER
    assert abs(datetime.now(UTC) - stored.stored_at) < timedelta(minutes=5)
    assert NEWER not in repr(stored)


def test_writing_twice_is_writing_once(vault: TokenVault) -> None:
    vault.write(VALUE)
    vault.write(VALUE)
    assert vault.read().value == VALUE


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps access lists instead")
def test_the_file_is_its_owners_alone(tmp_path: Path) -> None:
    file = tmp_path / "token.json"
    FileVault(file).write(VALUE)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600

    file.chmod(0o644)
    with pytest.raises(SignInRequiredError, match="can be read by others"):
        FileVault(file).read()


@pytest.mark.parametrize(
    "content",
    ["", "[]", f'"{VALUE}"', f'{{"refreshToken": "{VALUE}"}}', '{"refreshToken": "", "storedAt": "2026-01-01"}'],
)
def test_a_damaged_file_is_not_quoted(content: str, tmp_path: Path) -> None:
    file = tmp_path / "token.json"
    file.write_text(content, encoding="utf-8")
    file.chmod(0o600)
    with pytest.raises(SignInRequiredError) as caught:
        FileVault(file).read()
    assert VALUE not in "".join(traceback.format_exception(caught.value))


def test_a_file_that_cannot_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    file = tmp_path / "missing" / "token.json"
    with pytest.raises(UnavailableError):
        FileVault(file).write(VALUE)
    with pytest.raises(SignInRequiredError):
        FileVault(file).read()


def test_every_write_to_key_vault_is_a_new_version(server: KeyVaultServer) -> None:
    vault = key_vault(server)
    vault.write(VALUE)
    vault.write(NEWER)
    assert [one.value for one in server.vault.versions(NAME)] == [VALUE, NEWER]


@pytest.mark.parametrize(
    ("trouble", "kind"),
    [(429, ThrottledError), (503, UnavailableError), (500, UnavailableError), (400, SignInRequiredError)],
)
@pytest.mark.parametrize("verb", ["read", "write"])
def test_a_vault_in_trouble(trouble: int, kind: type[RemoteError], verb: str, server: KeyVaultServer) -> None:
    server.vault.trouble = trouble
    vault = key_vault(server, retry_total=0)
    with pytest.raises(kind) as caught:
        vault.read() if verb == "read" else vault.write(VALUE)
    assert type(caught.value) is kind
    assert VALUE not in "".join(traceback.format_exception(caught.value))


def test_a_missing_role_is_named(server: KeyVaultServer) -> None:
    server.vault.allowed = frozenset({"get"})
    with pytest.raises(SignInRequiredError, match="may not write secret"):
        key_vault(server).write(VALUE)


def test_a_vault_that_is_not_there_is_unavailable(server: KeyVaultServer) -> None:
    vault = key_vault(server, retry_total=0)
    server.shutdown()
    server.server_close()
    with pytest.raises(UnavailableError):
        vault.read()


def test_neither_token_nor_secret_is_logged(server: KeyVaultServer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    vault = key_vault(server)
    vault.write(VALUE)
    vault.read()
    assert VALUE not in caplog.text
    assert TOKEN not in caplog.text
