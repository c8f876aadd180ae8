"""The command `restore`: over a store in a file and a folder of snapshots."""

from __future__ import annotations

import io
import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from local.world.store import MemoryStore
from offboard.__main__ import main as offboard
from offboard.restore.__main__ import main
from shared.adapters.clock import SystemClock
from shared.adapters.evidence.file_signer import FileSigner
from shared.adapters.shelves.folder_shelf import FolderShelf
from shared.adapters.stores.sqlite import SqliteStore
from shared.domain.brake import Brake
from shared.domain.offboarding.states import Status
from shared.domain.people.actor import known_by_name
from shared.pipeline.core.evidence import first_entries
from shared.ports.store import Change, Filter
from shared.snapshots.signed import SEAL
from shared.snapshots.take import take_snapshot
from tests.unit.support.heads import NOW, head_of
from tests.unit.test_settings import GOOD

PERSON = known_by_name("Ada")


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, str]:
    store = SqliteStore(tmp_path / "store.sqlite3")
    head, said = first_entries(head_of(), PERSON, NOW)
    store.commit(Change(head, None, evidence=said))
    store.close()
    return {
        **GOOD,
        "OFFBOARDING_SQLITE_FILE": str(tmp_path / "store.sqlite3"),
        "OFFBOARDING_SNAPSHOT_FOLDER": str(tmp_path / "snapshots"),
        "OFFBOARDING_EVIDENCE_FOLDER": str(tmp_path / "evidence"),
        "OFFBOARDING_EVIDENCE_KEY_FILE": str(tmp_path / "key.pem"),
    }


def ran(settings: dict[str, str], *arguments: str, typed: str = "") -> int:
    return main(list(arguments), environment=settings, ask=io.StringIO(typed))


def name_of(settings: dict[str, str], capsys: pytest.CaptureFixture[str]) -> str:
    assert ran(settings, "--take") == 0
    return capsys.readouterr().out.split()[0]


def test_taken_listed_checked_and_put_back(
    settings: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = name_of(settings, capsys)
    assert ran(settings, "--list") == 0
    assert capsys.readouterr().out.startswith(f"{name}  ")
    assert ran(settings, name, "--check") == 0
    assert "what was written" in capsys.readouterr().err

    empty = settings | {"OFFBOARDING_SQLITE_FILE": str(tmp_path / "empty.sqlite3")}
    assert ran(empty, "newest", "--by", "Ada", typed=f"{name}\n") == 0
    assert "1 offboarding waits for a person (record_restored)" in capsys.readouterr().out
    store = SqliteStore(tmp_path / "empty.sqlite3")
    (head,) = store.find(Filter()).items
    assert head.status is Status.NEEDS_ATTENTION
    brake = store.shared_row("brake")
    assert brake is not None
    assert json.loads(brake.text)["by"]["name"] == "Ada"
    assert json.loads(brake.text)["held"] is True
    assert Brake(True).held
    store.close()
    assert ran(empty, "newest", "--yes") == 0
    assert "put back by an earlier run" in capsys.readouterr().out


def test_without_the_name_nothing_is_changed(
    settings: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name_of(settings, capsys)
    empty = settings | {"OFFBOARDING_SQLITE_FILE": str(tmp_path / "empty.sqlite3")}
    assert ran(empty, "newest", typed="yes\n") == 1
    assert not (tmp_path / "empty.sqlite3").exists()


def test_a_store_in_use_is_refused(settings: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    name_of(settings, capsys)
    assert ran(settings, "newest", "--yes") == 1
    assert "--missing-only" in capsys.readouterr().err
    assert ran(settings, "newest", "--yes", "--missing-only") == 0
    assert "1 offboarding was in the store and not touched" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["newest", "2026-01-01T00-00-00Z-0000", "../elsewhere"])
def test_what_is_no_snapshot_is_refused(
    settings: dict[str, str], name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ran(settings, name, "--yes") == 1
    assert "no whole snapshot" in capsys.readouterr().err


def test_without_a_place_there_is_nothing_to_do(settings: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    del settings["OFFBOARDING_SNAPSHOT_FOLDER"]
    assert ran(settings, "--list") == 2
    assert "OFFBOARDING_SNAPSHOT_FOLDER" in capsys.readouterr().err


def test_two_places_are_one_too_many(settings: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    settings["OFFBOARDING_SNAPSHOT_CONTAINER"] = "https://account.example/snapshots"
    assert ran(settings, "--list") == 2
    assert "and not to both" in capsys.readouterr().err


def test_what_is_away_is_tried_again(settings: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    folder = Path(settings["OFFBOARDING_SNAPSHOT_FOLDER"])
    folder.write_text("a file")
    assert ran(settings, "--take") == 3
    assert "Run the same command again" in capsys.readouterr().err


def test_it_is_one_of_the_operators_commands(settings: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert offboard(["restore", "--take"], environment=settings) == 0
    assert offboard(["restore", "--list"], environment=settings) == 0
    assert len(capsys.readouterr().out.splitlines()) == 2


def without_signature(settings: dict[str, str]) -> None:
    for file in Path(settings["OFFBOARDING_SNAPSHOT_FOLDER"]).rglob(SEAL):
        file.unlink()


def test_an_unsigned_snapshot_needs_an_option_and_says_what_that_means(
    settings: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = name_of(settings, capsys)
    without_signature(settings)
    empty = settings | {"OFFBOARDING_SQLITE_FILE": str(tmp_path / "empty.sqlite3")}
    assert ran(empty, "newest", "--yes") == 1
    told = capsys.readouterr().err
    assert f"snapshot {name} cannot be trusted: it is not signed" in told
    assert "--accept-unsigned" in told
    assert not (tmp_path / "empty.sqlite3").exists()

    assert ran(empty, "newest", "--yes", "--accept-unsigned") == 0
    captured = capsys.readouterr()
    assert f"{name} is NOT SIGNED" in captured.err
    assert "1 offboarding waits for a person (record_unsigned)" in captured.out


def test_what_differs_is_named(settings: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = SqliteStore(Path(settings["OFFBOARDING_SQLITE_FILE"]))
    other, _ = first_entries(head_of(id="o-2"), PERSON, NOW)
    store.commit(Change(other, None))
    store.close()
    name_of(settings, capsys)
    empty = settings | {"OFFBOARDING_SQLITE_FILE": str(tmp_path / "empty.sqlite3")}
    assert ran(empty, "newest", "--yes") == 0
    captured = capsys.readouterr()
    assert "1 offboarding does not agree with the evidence" in captured.out
    assert "(record_differs): o-2" in captured.out
    assert "Signed by " in captured.err


def test_the_key_of_another_vault_can_be_given(
    settings: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = name_of(settings, capsys)
    private = load_pem_private_key((tmp_path / "key.pem").read_bytes(), None)
    (tmp_path / "public.pem").write_bytes(
        private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    )
    elsewhere = settings | {"OFFBOARDING_EVIDENCE_KEY_FILE": str(tmp_path / "other.pem")}
    assert ran(elsewhere, name, "--check") == 1
    assert "--key" in capsys.readouterr().err
    assert ran(elsewhere, name, "--check", "--key", str(tmp_path / "public.pem")) == 0
    nothing = {name: value for name, value in settings.items() if "EVIDENCE" not in name}
    assert ran(nothing, name, "--check") == 1
    assert ran(nothing, name, "--check", "--key", str(tmp_path / "public.pem")) == 0
    capsys.readouterr()
    for file, said in (("none.pem", "No such file"), ("key.pem", "P-256")):
        assert ran(elsewhere, name, "--check", "--key", str(tmp_path / file)) == 2
        assert said in capsys.readouterr().err


@pytest.mark.parametrize("auth", ["secret", "certificate"])
def test_without_the_vault_the_keys_that_were_kept_suffice(
    auth: str, settings: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The sign-in to Partner Center lies in the same vault, and a restore has no use for it."""
    name = name_of(settings, capsys)
    private = load_pem_private_key((tmp_path / "key.pem").read_bytes(), None)
    (tmp_path / "public.pem").write_bytes(
        private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    )
    gone = "https://127.0.0.1:1"
    lost = {name: value for name, value in settings.items() if "REFRESH_TOKEN" not in name and "KEY_FILE" not in name}
    lost |= {
        "OFFBOARDING_CLIENT_AUTH": auth,
        f"OFFBOARDING_CLIENT_{auth.upper()}": f"@Microsoft.KeyVault(SecretUri={gone}/secrets/partner-center/)",
        "OFFBOARDING_KEY_VAULT_URL": gone,
        "OFFBOARDING_EVIDENCE_KEY_FILE": "",
        "OFFBOARDING_EVIDENCE_FOLDER": "",
        "OFFBOARDING_EVIDENCE_CONTAINER": "https://account.example/evidence",
        "OFFBOARDING_EVIDENCE_KEY_NAME": "evidence",
        "OFFBOARDING_SQLITE_FILE": str(tmp_path / "empty.sqlite3"),
    }
    assert ran(lost, name, "--check", "--key", str(tmp_path / "public.pem")) == 0


class FiveDaysAgo(SystemClock):
    """A machine whose clock is late."""

    def machine(self) -> datetime:
        return super().machine() - timedelta(days=5)


def test_an_old_one_says_how_old_it_is(
    settings: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Somebody may have deleted the newer ones: what is left is genuine, and says nothing of that."""
    name = name_of(settings, capsys)
    assert ran(settings, name, "--check") == 0
    assert "days old" not in capsys.readouterr().err
    shelf = FolderShelf(Path(settings["OFFBOARDING_SNAPSHOT_FOLDER"]))
    old = take_snapshot(MemoryStore(), shelf, FiveDaysAgo(None), FileSigner(tmp_path / "key.pem"))
    assert ran(settings, old.name, "--check") == 0
    said = capsys.readouterr().err
    assert f"{old.name} is 5 days old, and one is taken each day" in said
    assert "look at the deleted files" in said
