"""A snapshot is believed for its signature alone: over its own manifest, by a key that is known beforehand."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from shared.adapters.evidence.file_signer import FileSigner
from shared.adapters.evidence.trust import Trust
from shared.adapters.shelves.folder_shelf import FolderShelf
from shared.domain.errors import SettingsError, UnavailableError
from shared.ports.evidence import Manifest as Sealed
from shared.ports.evidence import SealError
from shared.snapshots.manifest import FILE, Manifest, SnapshotError, newest_first
from shared.snapshots.signed import SEAL, open_snapshot, said_of
from shared.snapshots.take import take_snapshot
from tests.unit.support.worlds import received


def taken(folder: Path, key: str = "key.pem") -> tuple[FolderShelf, Manifest, FileSigner]:
    world, _ = received()
    shelf, signer = FolderShelf(folder / "snapshots"), FileSigner(folder / key)
    return shelf, take_snapshot(world.store, shelf, world.clock, signer), signer


def public(path: Path) -> bytes:
    private = load_pem_private_key(path.read_bytes(), None)
    return private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def test_what_was_signed_opens_and_names_its_key(tmp_path: Path) -> None:
    shelf, manifest, signer = taken(tmp_path)
    found = open_snapshot(shelf, manifest.name, Trust(signer))
    assert found.manifest == manifest
    assert found.key_id == json.loads(shelf.get(f"{manifest.name}/{SEAL}") or b"")["manifest"]["keyId"]


def test_after_a_rotation_the_older_key_is_given(tmp_path: Path) -> None:
    """In a vault the older version is still there (tests/contract/evidence); a file has one key."""
    shelf, manifest, _ = taken(tmp_path, "old.pem")
    fresh = FileSigner(tmp_path / "new.pem")
    fresh.sealed({"what": "anything"})
    with pytest.raises(SnapshotError, match="is not known here; --key"):
        open_snapshot(shelf, manifest.name, Trust(fresh))
    assert open_snapshot(shelf, manifest.name, Trust(fresh, [public(tmp_path / "old.pem")])).key_id
    assert open_snapshot(shelf, manifest.name, Trust(None, [public(tmp_path / "old.pem")])).key_id


def test_a_key_is_not_made_to_check_with(tmp_path: Path) -> None:
    shelf, manifest, _ = taken(tmp_path)
    with pytest.raises(SnapshotError, match="is not known here"):
        open_snapshot(shelf, manifest.name, Trust(FileSigner(tmp_path / "none.pem")))
    assert not (tmp_path / "none.pem").exists()


def test_without_any_key_nothing_is_believed(tmp_path: Path) -> None:
    shelf, manifest, _ = taken(tmp_path)
    with pytest.raises(SnapshotError, match="no key is known here to check that"):
        open_snapshot(shelf, manifest.name, None)
    assert open_snapshot(shelf, manifest.name, None, accept_unsigned=True).key_id == ""


def test_a_snapshot_without_a_key_says_so_and_is_taken_only_on_demand(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    world, _ = received()
    shelf = FolderShelf(tmp_path)
    manifest = take_snapshot(world.store, shelf, world.clock)
    assert f"snapshot {manifest.name} is not signed" in caplog.text
    seals = Trust(FileSigner(tmp_path / "key.pem"))
    with pytest.raises(SnapshotError, match="--accept-unsigned"):
        open_snapshot(shelf, manifest.name, seals)
    assert open_snapshot(shelf, manifest.name, seals, accept_unsigned=True).key_id == ""


def of_evidence(manifest: Manifest) -> Sealed:
    return {"offboardingId": manifest.name, "entries": 1, "head": "0" * 64, "outcome": "removed"}


FORGED: dict[str, Callable[[FolderShelf, Manifest, FileSigner], None]] = {
    "another manifest": lambda shelf, one, _: shelf.put(
        f"{one.name}/{FILE}", (shelf.get(f"{one.name}/{FILE}") or b"") + b"\n"
    ),
    "a signature of evidence": lambda shelf, one, signer: shelf.put(
        f"{one.name}/{SEAL}", signer.sealed(of_evidence(one)).encode()
    ),
    "a signature of another snapshot": lambda shelf, one, signer: shelf.put(
        f"{one.name}/{SEAL}",
        signer.sealed({**said_of(one, shelf.get(f"{one.name}/{FILE}") or b""), "name": "another"}).encode(),
    ),
    "no signature at all": lambda shelf, one, _: shelf.put(f"{one.name}/{SEAL}", b"\xff\x00"),
}


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED)
def test_what_is_not_what_was_signed_is_never_taken(
    forge: Callable[[FolderShelf, Manifest, FileSigner], None], tmp_path: Path
) -> None:
    shelf, manifest, signer = taken(tmp_path)
    forge(shelf, manifest, signer)
    for accept in (False, True):
        with pytest.raises(SnapshotError, match="is forged or damaged"):
            open_snapshot(shelf, manifest.name, Trust(signer), accept_unsigned=accept)


def test_one_under_the_name_of_a_newer_one_is_refused(tmp_path: Path) -> None:
    shelf, manifest, signer = taken(tmp_path)
    for name in list(shelf.names()):
        shelf.put(name.replace(manifest.name, "9999-newest"), shelf.get(name) or b"")
    assert next(newest_first(shelf)) == "9999-newest"
    for accept in (False, True):
        with pytest.raises(SnapshotError, match="the manifest of another snapshot"):
            open_snapshot(shelf, "9999-newest", Trust(signer), accept_unsigned=accept)


class Away:
    """A signer that cannot be reached."""

    def sealed(self, manifest: Sealed) -> str:
        raise UnavailableError("the vault is away", service="Key Vault")


def test_what_cannot_be_signed_is_no_snapshot(tmp_path: Path) -> None:
    """Else it would be told from a forged one by nobody."""
    world, _ = received()
    shelf = FolderShelf(tmp_path)
    with pytest.raises(UnavailableError):
        take_snapshot(world.store, shelf, world.clock, Away())
    assert list(newest_first(shelf)) == []


def altered(line: str, **fields: object) -> str:
    return json.dumps({**json.loads(line), **fields})


def flipped(line: str) -> str:
    """A bit of the signature itself."""
    last = json.loads(line)
    head, payload, signature = last["signature"].split(".")
    other = ("B" if signature[5] != "B" else "C").join((signature[:5], signature[6:]))
    return json.dumps({**last, "signature": f"{head}.{payload}.{other}"})


SEALS: dict[str, tuple[Callable[[str], str], str]] = {
    "another manifest": (
        lambda line: altered(line, manifest={**json.loads(line)["manifest"], "a": "c"}),
        "is one of something else",
    ),
    "a bit of the signature": (flipped, "is not signed by"),
    "a short signature": (
        lambda line: altered(line, signature=json.loads(line)["signature"][:-8]),
        "is one of something else",
    ),
    "no parts": (lambda line: altered(line, signature="x"), "cannot be read"),
    "no manifest": (lambda line: altered(line, manifest=7), "cannot be read"),
    "no object": (lambda _: "[]", "cannot be read"),
    "no JSON": (lambda _: "", "cannot be read"),
}


@pytest.mark.parametrize("name", SEALS)
def test_a_line_that_was_not_signed_like_that_says_why(name: str, tmp_path: Path) -> None:
    change, why = SEALS[name]
    signer = FileSigner(tmp_path / "key.pem")
    line = signer.sealed({"a": "b"})
    assert Trust(signer).opened(line)["a"] == "b"
    with pytest.raises(SealError, match=why) as caught:
        Trust(signer).opened(change(line))
    assert not caught.value.unknown


def test_the_key_that_a_line_encloses_is_not_believed(tmp_path: Path) -> None:
    """Whoever signs with a key of their own encloses that, and may call it as they like."""
    own, forgers = FileSigner(tmp_path / "key.pem"), FileSigner(tmp_path / "forgers.pem")
    line, genuine = forgers.sealed({"a": "b"}), json.loads(own.sealed({"a": "b"}))
    with pytest.raises(SealError, match="not known here") as caught:
        Trust(own).opened(line)
    assert caught.value.unknown
    # Under the trusted key's public half: the signature then does not fit that.
    disguised = altered(line, publicKey=genuine["publicKey"])
    with pytest.raises(SealError, match="is not signed by"):
        Trust(None, [public(tmp_path / "key.pem")]).opened(disguised)


@pytest.mark.parametrize("kind", ["text", "another curve", "another kind"])
def test_only_a_public_key_on_p_256_can_be_trusted(kind: str) -> None:
    keys: dict[str, ec.EllipticCurvePublicKey | rsa.RSAPublicKey] = {
        "another curve": ec.generate_private_key(ec.SECP384R1()).public_key(),
        "another kind": rsa.generate_private_key(65537, 2048).public_key(),
    }
    pem = keys[kind].public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo) if kind in keys else b"no key"
    with pytest.raises(SettingsError, match="P-256"):
        Trust(None, [pem])
