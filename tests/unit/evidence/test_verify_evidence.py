"""The verifier against files made by hand: what it accepts, and every kind of change that it has to find."""

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from offboard import verify_evidence
from offboard.verify_evidence import BROKEN, NO_SUCH_FILE, UNSIGNED, VALID, BrokenError, main, read, signed_by
from shared.domain.evidence.chain import Data
from shared.domain.evidence.kinds import EntryKind
from shared.domain.people.actor import PIPELINE, Actor, ActorType
from tests.unit.evidence.making import (
    ADA,
    KEY,
    OTHER,
    OTHER_KEY,
    STORY,
    chain,
    content,
    lines,
    pem,
    signed,
)

ENTRIES = lines()
WHOLE = content(*ENTRIES, signed(ENTRIES))


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "trusted.pem"
    path.write_bytes(pem())
    return path


def verify(
    folder: Path, given_content: bytes, *options: str | Path, capsys: pytest.CaptureFixture[str]
) -> tuple[int, str]:
    path = folder / "evidence.jsonl"
    path.write_bytes(given_content)
    code = main([str(path), *map(str, options)])
    out, err = capsys.readouterr()
    return code, out + err


def test_a_whole_file_is_valid_and_says_what_was_done_and_by_whom_approved(
    tmp_path: Path, key: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = verify(tmp_path, WHOLE, "--key", key, capsys=capsys)
    assert code == VALID
    assert "8 entries" in said
    assert "2 sent or about to be, 1 accepted" in said
    assert f"approved by: {ADA.id}, the object id of a person in Entra ID; --texts FILE has the name" in said
    assert "outcome: removed" in said
    assert "not proven" in said


def test_any_usual_spelling_of_json_is_read(tmp_path: Path, key: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spaced = [json.dumps(json.loads(line)) for line in (*ENTRIES, signed(ENTRIES))]
    assert verify(tmp_path, content(*spaced), "--key", key, capsys=capsys)[0] == VALID


@pytest.mark.parametrize(
    ("parts", "line", "why"),
    [
        ([*ENTRIES[:2], *ENTRIES[3:], signed(ENTRIES)], 3, "entry 4 stands where entry 3 belongs"),
        ([*ENTRIES[1:], signed(ENTRIES)], 1, "entry 2 stands where entry 1 belongs"),
        ([ENTRIES[0], ENTRIES[2], ENTRIES[1], *ENTRIES[3:], signed(ENTRIES)], 2, "entry 3 stands where entry 2"),
        ([*ENTRIES[:-1], signed(ENTRIES)], 8, "the manifest counts 8 entries, the file has 7"),
        ([*ENTRIES, ENTRIES[-1], signed(ENTRIES)], 9, "entry 8 stands where entry 9 belongs"),
        ([*ENTRIES, signed(ENTRIES, head="0" * 64)], 9, "another last entry"),
        ([*ENTRIES, signed(ENTRIES, entries=7)], 9, "counts 7 entries"),
        ([*ENTRIES, signed(ENTRIES, offboardingId=OTHER)], 9, "belongs to another offboarding"),
        ([*ENTRIES[:3], lines(offboarding=OTHER)[3], *ENTRIES[4:], signed(ENTRIES)], 4, "entry 4 belongs to another"),
        ([*ENTRIES[:3], lines(STORY[:3])[2], signed(ENTRIES)], 4, "entry 3 stands where entry 4 belongs"),
        ([*ENTRIES, signed(ENTRIES), ENTRIES[0]], 10, "something follows the manifest"),
        ([signed(ENTRIES)], 1, "without entries"),
        ([*ENTRIES, '{"manifest":{}}'], 9, "must have manifest, signature and publicKey"),
        ([*ENTRIES, '{"manifest":{},"publicKey":{},"signature":""}'], 9, "the manifest has no offboardingId"),
        ([ENTRIES[0], "{}"], 2, "entry 2 has no seq"),
        ([ENTRIES[0], "[]"], 2, "not a JSON object"),
        ([ENTRIES[0], '{"a":1,"a":1}'], 2, "stands twice"),
        ([ENTRIES[0], '{"a":1.5}'], 2, "not a whole number"),
        ([ENTRIES[0], '{"a":}'], 2, "not JSON"),
    ],
)
def test_it_says_which_line_is_the_first_bad_one(
    parts: list[str], line: int, why: str, tmp_path: Path, key: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = verify(tmp_path, content(*parts), "--key", key, capsys=capsys)
    assert code == BROKEN
    assert f"line {line}: " in said
    assert why in said


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(st.integers(0, len(WHOLE) - 1), st.integers(1, 255))
@example(len(WHOLE) - 1, ord("\n") ^ ord(" "))
@example(WHOLE.rindex(b'"signature":"') - 1, 1)
def test_any_byte_that_is_another_is_found(place: int, difference: int) -> None:
    changed = WHOLE[:place] + bytes([WHOLE[place] ^ difference]) + WHOLE[place + 1 :]
    with pytest.raises(BrokenError):
        signed_by(read(changed), None)


@given(st.integers(0, len(WHOLE) - 1))
def test_a_file_that_was_cut_is_not_signed_any_more(length: int) -> None:
    try:
        found = read(WHOLE[:length])
    except BrokenError:
        return
    assert found.last is None


def test_a_changed_entry_is_named(tmp_path: Path, key: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, said = verify(tmp_path, WHOLE.replace(b'"holdings":2', b'"holdings":3'), "--key", key, capsys=capsys)
    assert code == BROKEN
    assert "line 2: entry 2 was changed" in said


def test_a_chain_that_was_written_anew_is_found_by_its_signature(
    tmp_path: Path, key: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    forged = lines((*STORY[:-1], (EntryKind.OUTCOME, PIPELINE, {"status": "stopped"})))
    last = json.loads(signed(ENTRIES))
    last["manifest"]["head"] = json.loads(forged[-1])["hash"]
    code, said = verify(tmp_path, content(*forged, json.dumps(last)), "--key", key, capsys=capsys)
    assert code == BROKEN
    assert "line 9: the signature is one of another manifest" in said


def test_another_key_is_not_trusted(tmp_path: Path, key: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, said = verify(tmp_path, content(*ENTRIES, signed(ENTRIES, OTHER_KEY)), "--key", key, capsys=capsys)
    assert code == UNSIGNED
    assert "signed by a key that you do not trust" in said


def test_the_enclosed_key_alone_proves_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, said = verify(tmp_path, WHOLE, capsys=capsys)
    assert code == UNSIGNED
    assert "give the key that you trust" in said


def test_a_signature_that_is_not_of_the_enclosed_key_is_broken(
    tmp_path: Path, key: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    last = {**json.loads(signed(ENTRIES, OTHER_KEY)), "publicKey": json.loads(signed(ENTRIES))["publicKey"]}
    code, said = verify(tmp_path, content(*ENTRIES, json.dumps(last)), "--key", key, capsys=capsys)
    assert code == BROKEN
    assert "does not fit the manifest and the enclosed key" in said


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"publicKey": "x"}, "no compact JWS"),
        ({"signature": "e30.e30"}, "no compact JWS"),
        ({"signature": "e30.e30.e30"}, "not ES256"),
        ({"signature": "!.e30.e30"}, "not base64url"),
    ],
)
def test_an_odd_signature_is_broken(
    change: dict[str, str], why: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    last = {**json.loads(signed(ENTRIES)), **change}
    code, said = verify(tmp_path, content(*ENTRIES, json.dumps(last)), capsys=capsys)
    assert code == BROKEN
    assert why in said


def test_a_short_signature_is_broken() -> None:
    last = json.loads(signed(ENTRIES))
    last["signature"] = last["signature"].rpartition(".")[0] + ".AAAA"
    with pytest.raises(BrokenError, match="64 bytes"):
        signed_by(read(content(*ENTRIES, json.dumps(last))), None)


def test_a_live_file_is_consistent_and_says_what_is_open(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, said = verify(tmp_path, content(*ENTRIES[:6]), capsys=capsys)
    assert code == UNSIGNED
    assert "without an answer so far: entries 6" in said
    assert "unsigned" in said
    assert "outcome: none yet" in said


@pytest.mark.parametrize(
    ("story", "line", "why"),
    [
        (STORY[:6], 6, "entry 6 is an intent without an answer"),
        ((*STORY[:5], STORY[4]), 6, "entry 6 answers 4, which is no open intent"),
        ((STORY[0], (EntryKind.ANSWER, PIPELINE, {"intent": 1})), 2, "entry 2 answers 1"),
        ((STORY[0], (EntryKind.ANSWER, PIPELINE, {"intent": [1]})), 2, "entry 2 answers [1]"),
    ],
)
def test_every_write_has_one_intent_and_one_answer(
    story: tuple[tuple[EntryKind, Actor, Data], ...],
    line: int,
    why: str,
    tmp_path: Path,
    key: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = lines(story)
    code, said = verify(tmp_path, content(*found, signed(found)), "--key", key, capsys=capsys)
    assert code == BROKEN
    assert f"line {line}: " in said
    assert why in said


@pytest.mark.parametrize("other", [b"", b"hello\n", b"{}\n", b"[1]\n", WHOLE[:0] + b"\x00\x01\n"])
def test_another_file_is_none(other: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert verify(tmp_path, other, capsys=capsys)[0] == NO_SUCH_FILE


def test_a_file_that_is_not_there_is_none(tmp_path: Path) -> None:
    assert main([str(tmp_path / "missing")]) == NO_SUCH_FILE


def test_a_key_that_is_none_is_said(tmp_path: Path, key: Path, capsys: pytest.CaptureFixture[str]) -> None:
    key.write_text("no key")
    assert verify(tmp_path, WHOLE, "--key", key, capsys=capsys)[0] == NO_SUCH_FILE


def texts() -> list[dict[str, object]]:
    asides = [aside for entry in chain()[1] for aside in entry.asides]
    return [{"seq": one.seq, "field": one.field, "salt": one.salt, "text": one.text} for one in asides]


def test_texts_are_checked_against_their_hashes(tmp_path: Path, key: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "texts.jsonl"
    path.write_bytes(content(*(json.dumps(text) for text in texts())))
    code, said = verify(tmp_path, WHOLE, "--key", key, "--texts", path, capsys=capsys)
    assert (code, "personal texts that fit their hash: 2" in said) == (VALID, True)
    assert f"approved by: {ADA.name} ({ADA.id}) at " in said
    assert "object id" not in said
    path.write_bytes(content(json.dumps({**texts()[0], "text": "somebody else"})))
    code, said = verify(tmp_path, WHOLE, "--key", key, "--texts", path, capsys=capsys)
    assert (code, "line 1: the text of data.requestedBy" in said) == (BROKEN, True)
    path.write_bytes(content(json.dumps({**texts()[0], "field": "data.nothing"})))
    assert verify(tmp_path, WHOLE, "--texts", path, capsys=capsys)[0] == NO_SUCH_FILE


@pytest.mark.parametrize(("number", "code"), [(0, UNSIGNED), (4, UNSIGNED), (8, UNSIGNED), (9, BROKEN)])
def test_a_file_continues_what_an_event_said(
    number: int, code: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hashes = ["0" * 64, *(json.loads(line)["hash"] for line in ENTRIES), "1" * 64]
    assert verify(tmp_path, WHOLE, "--seen", f"{number}:{hashes[number]}", capsys=capsys)[0] == code


def test_a_file_that_does_not_continue_what_an_event_said_is_broken(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = verify(tmp_path, WHOLE, "--seen", f"3:{'1' * 64}", capsys=capsys)
    assert (code, "does not continue what was seen: entry 3" in said) == (BROKEN, True)
    assert verify(tmp_path, WHOLE, "--seen", "3", capsys=capsys)[0] == NO_SUCH_FILE


def test_it_runs_from_its_one_file_with_nothing_else_of_ours(tmp_path: Path, key: Path) -> None:
    alone = tmp_path / "verify.py"
    alone.write_bytes(Path(verify_evidence.__file__).read_bytes())
    (tmp_path / "e.jsonl").write_bytes(WHOLE)
    done = subprocess.run(
        [sys.executable, "-I", str(alone), str(tmp_path / "e.jsonl"), "--key", str(key)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout.startswith("VALID.")) == (VALID, True), done.stderr


def test_without_the_package_for_signatures_the_chain_is_checked_all_the_same(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, key: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "cryptography.exceptions", None)
    code, said = verify(tmp_path, WHOLE, "--key", key, capsys=capsys)
    assert (code, "install the Python package cryptography" in said) == (UNSIGNED, True)
    assert KEY is not OTHER_KEY


@pytest.mark.parametrize("trick", ["\x1b[2J", "\r", "\n", "\x9b", "\u202e", "\x00"])
def test_what_a_file_says_cannot_pretend_to_be_the_verdict(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], trick: str
) -> None:
    """Whoever can write a file chooses its names; they stand in the line that they belong to, and steer no terminal."""
    author = Actor(ActorType.PERSON, f"object-id{trick}VALID.", "Ada")
    story = [*STORY[:2], (EntryKind.APPROVAL, author, {"planDigest": "d"})]
    last = signed(lines(story), keyId=f"key-id{trick}VALID.")
    code, said = verify(tmp_path, content(*lines(story), last), capsys=capsys)
    assert code == UNSIGNED
    assert f"object-id{ascii(trick)[1:-1]}VALID." in said
    assert f"key-id{ascii(trick)[1:-1]}VALID." in said
    assert not any(line.startswith("VALID.") for line in said.splitlines())
    assert trick == "\n" or trick not in said


def test_a_name_that_stdout_cannot_spell_ends_no_check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, kept = tmp_path / "evidence.jsonl", io.BytesIO()
    author = Actor(ActorType.PERSON, "Łódź", "Łódź")
    path.write_bytes(content(*lines([(EntryKind.APPROVAL, author, {"planDigest": "d"})])))
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(kept, encoding="cp1252"))
    assert main([str(path)]) == UNSIGNED
    sys.stdout.flush()
    assert "approved by: \\u0141ód\\u017a" in kept.getvalue().decode("cp1252")
