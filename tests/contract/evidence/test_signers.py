"""EvidenceSigner: a key in a file, and one that never leaves Key Vault (its real client library, on a stand-in)."""

from __future__ import annotations

import json
import os
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from azure.core.pipeline.transport import RequestsTransport
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from offboard.verify_evidence import check_signature, read
from shared.adapters.evidence.file_signer import FileSigner
from shared.adapters.evidence.key_vault_signer import KeyVaultSigner
from shared.adapters.evidence.trust import Trust
from shared.domain.errors import RefusedError, UnavailableError
from shared.domain.evidence.canonical import Json
from shared.ports.evidence import EvidenceSigner
from tests.contract.evidence.keys import VERSION, KeyVault
from tests.contract.vault.conftest import TOKEN, Identity
from tests.contract.vault.key_vault_server.server import URL, KeyVaultServer, mapped_session
from tests.unit.evidence.making import ENTRIES_OF_STORY, MANIFEST, content


@contextmanager
def running(vault: KeyVault) -> Iterator[KeyVaultServer]:
    with KeyVaultServer(vault) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def in_vault(server: KeyVaultServer, name: str = "evidence") -> KeyVaultSigner:
    transport = RequestsTransport(session=mapped_session(server.address), session_owner=False)
    return KeyVaultSigner(URL, name, Identity(), transport=transport, retry_backoff_factor=0)


@pytest.fixture(params=["file", "key vault"])
def signer(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[EvidenceSigner]:
    if request.param == "file":
        yield FileSigner(tmp_path / "keys" / "evidence.pem")
        return
    with running(KeyVault(TOKEN)) as server:
        yield in_vault(server)


def test_what_it_signs_verifies(signer: EvidenceSigner) -> None:
    found = read(content(*ENTRIES_OF_STORY, signer.sealed(MANIFEST)))
    assert found.last is not None
    assert check_signature(found.last) == check_signature(json.loads(signer.sealed(MANIFEST)))
    assert {**MANIFEST, "keyId": found.last["manifest"]["keyId"]} == found.last["manifest"]


def test_another_manifest_has_another_signature(signer: EvidenceSigner) -> None:
    last = json.loads(signer.sealed(MANIFEST))
    last["manifest"]["outcome"] = "stopped"
    with pytest.raises(ValueError, match="another manifest"):
        check_signature(last)


def test_the_key_of_the_vault_is_named_with_its_version() -> None:
    with running(KeyVault(TOKEN)) as server:
        last = json.loads(in_vault(server).sealed(MANIFEST))
    assert last["manifest"]["keyId"] == f"{URL}/keys/evidence/{VERSION}"


@pytest.mark.parametrize("denied", ["get", "sign"])
def test_a_role_that_is_missing_is_said(denied: str) -> None:
    vault = KeyVault(TOKEN)
    vault.allowed -= {denied}
    with running(vault) as server, pytest.raises(RefusedError) as caught:
        in_vault(server).sealed(MANIFEST)
    assert "vault role" in caught.value.operator_action
    assert TOKEN not in str(caught.value)


def test_a_key_that_is_missing_or_of_another_kind_is_refused() -> None:
    with running(KeyVault(TOKEN)) as server, pytest.raises(RefusedError, match="nothing in"):
        in_vault(server, "nothing").sealed(MANIFEST)
    with running(KeyVault(TOKEN, ec.SECP384R1())) as server, pytest.raises(RefusedError, match="P-256"):
        in_vault(server).sealed(MANIFEST)


def test_a_vault_in_trouble_is_asked_again_later() -> None:
    vault = KeyVault(TOKEN)
    vault.trouble = 503
    with running(vault) as server, pytest.raises(UnavailableError):
        in_vault(server).sealed(MANIFEST)


def test_what_it_signs_is_believed(signer: FileSigner | KeyVaultSigner) -> None:
    assert Trust(signer).opened(signer.sealed(MANIFEST))["outcome"] == MANIFEST["outcome"]
    assert signer.public("another") is None


def test_after_a_rotation_what_an_older_version_signed_is_believed() -> None:
    vault = KeyVault(TOKEN)
    with running(vault) as server:
        signer = in_vault(server)
        older = signer.sealed(MANIFEST)
        vault.rotate()
        newer = signer.sealed(MANIFEST)
        trust = Trust(in_vault(server))
        names = [str(trust.opened(line)["keyId"]) for line in (older, newer)]
    assert len(set(names)) == 2
    assert json.loads(older)["publicKey"] != json.loads(newer)["publicKey"]


def test_a_version_that_was_disabled_is_believed_no_more() -> None:
    """So a key that leaked can be taken back."""
    vault = KeyVault(TOKEN)
    with running(vault) as server:
        line = in_vault(server).sealed(MANIFEST)
        vault.rotate()
        vault.disabled.add(VERSION)
        with pytest.raises(RefusedError) as caught:
            Trust(in_vault(server)).opened(line)
    assert "Key Vault Reader" in caught.value.operator_action


@pytest.mark.parametrize(
    "name",
    [
        f"{URL}/keys/evidence/{'f' * 32}",
        f"{URL}/keys/evidence",
        f"{URL}/keys/another/{VERSION}",
        f"https://forgers.vault.azure.net/keys/evidence/{VERSION}",
        "evidence",
        "",
    ],
)
def test_only_versions_of_the_one_key_in_the_one_vault_are_known(name: str) -> None:
    """Nobody else's vault is asked, whatever a line calls its key."""
    with running(KeyVault(TOKEN)) as server:
        assert in_vault(server).public(name) is None
        assert in_vault(server).public(f"{URL}/keys/evidence/{VERSION}") is not None


@pytest.mark.parametrize(("trouble", "error"), [(503, UnavailableError), (403, RefusedError)])
def test_a_vault_that_does_not_show_the_key_is_said(trouble: int, error: type[Exception]) -> None:
    vault = KeyVault(TOKEN)
    with running(vault) as server:
        line = in_vault(server).sealed(MANIFEST)
        vault.trouble = trouble
        with pytest.raises(error):
            Trust(in_vault(server)).opened(line)


def test_each_version_is_asked_for_once() -> None:
    vault, asked = KeyVault(TOKEN), list[str]()
    original = vault.answer
    vault.answer = lambda method, path, *rest: asked.append(path) or original(method, path, *rest)  # type: ignore[method-assign, func-returns-value]
    with running(vault) as server:
        line = in_vault(server).sealed(MANIFEST)
        trust = Trust(in_vault(server))
        trust.opened(line)
        before = len(asked)
        trust.opened(line)
    assert len(asked) == before


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps access lists instead")
def test_the_key_file_is_its_owners_alone(tmp_path: Path) -> None:
    FileSigner(tmp_path / "key.pem").sealed(MANIFEST)
    assert stat.S_IMODE((tmp_path / "key.pem").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["key.pem"]


def test_all_who_begin_at_once_sign_with_one_key(tmp_path: Path) -> None:
    found: list[object] = []
    barrier = threading.Barrier(8)

    def sign() -> None:
        barrier.wait()
        found.append(json.loads(FileSigner(tmp_path / "key.pem").sealed(MANIFEST))["publicKey"]["x"])

    threads = [threading.Thread(target=sign) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(map(str, found))) == 1


def _pem(key: Any) -> bytes:
    pem: bytes = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return pem


@pytest.mark.parametrize(
    "pem",
    [
        b"no key",
        _pem(ec.generate_private_key(ec.SECP384R1())),
        _pem(rsa.generate_private_key(65537, 2048)),
    ],
)
def test_a_file_that_holds_another_key_is_refused_and_left_alone(pem: bytes, tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_bytes(pem)
    manifest: dict[str, Json] = dict(MANIFEST)
    with pytest.raises(RefusedError):
        FileSigner(tmp_path / "key.pem").sealed(manifest)
    assert (tmp_path / "key.pem").read_bytes() == pem
