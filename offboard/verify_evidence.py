"""Checks the evidence of one offboarding. Needs this file and Python alone; for the signature, `cryptography` too.

    offboard verify-evidence FILE [--key PEM] [--texts FILE] [--seen ENTRIES:HEAD]
    python verify_evidence.py FILE ...

FILE: JSON Lines, as `<offboardingId>.evidence.jsonl`. --key: the public key that you trust, from whoever runs the
pipeline and not from this file. --texts: the personal texts of the entries, as far as they are kept. --seen: the
`evidence` of an event or a view that you have kept, to prove that this file continues it.

Exit codes: 0 valid, 1 broken (says the first bad line, and why), 2 no such file, 3 valid, but unsigned or not signed by
a key that you trust.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

VALID, BROKEN, NO_SUCH_FILE, UNSIGNED = 0, 1, 2, 3
MEMBERS = ("seq", "at", "offboardingId", "kind", "actor", "data", "prev", "hash")
MANIFEST = ("offboardingId", "entries", "head", "exportedAt", "version", "outcome", "keyId")
NOTHING_BEFORE = "0" * 64
LARGEST = 2**53 - 1
_quoted = json.JSONEncoder(ensure_ascii=False).encode
PROVEN = "no entry was changed, added, left out or put elsewhere after it was written"
UNSURE = (
    "proven: every entry continues the one before. not proven: who wrote them, since whoever can write one can write "
    "all of them anew, and that nothing was left out at the end"
)
UNPROVEN = (
    "not proven: that what the entries say was true when it was written, the clock of the pipeline, and what somebody "
    "did without the pipeline"
)


class BrokenError(Exception):
    """The first line that is not as it was written, and why."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(f"line {line}: {why}")


@dataclass
class Evidence:
    """What was read and found consistent so far."""

    entries: list[dict[str, Any]] = field(default_factory=list)
    last: dict[str, Any] | None = None
    unanswered: dict[int, int] = field(default_factory=dict)
    unsettled: list[int] = field(default_factory=list)
    accepted: int = 0

    @property
    def head(self) -> str:
        return self.entries[-1]["hash"] if self.entries else NOTHING_BEFORE


def canonical(value: object) -> str:
    """RFC 8785 of what evidence holds: texts, whole numbers, booleans, null, lists and objects."""
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be"))
        return "{" + ",".join(f"{_quoted(name)}:{canonical(value[name])}" for name in names) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > LARGEST:
        raise ValueError("a number beyond 2^53")
    return json.dumps(value)


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def parse(raw: bytes) -> dict[str, Any]:
    """The object in one line; raises ValueError unless it is spelled as JSON writers spell it, so that no byte may be
    another one."""
    text = raw.decode("utf-8")
    value = json.loads(text, object_pairs_hook=_once, parse_float=_no_fraction, parse_constant=_no_fraction)
    if not isinstance(value, dict):
        raise ValueError("not a JSON object")
    compact, spaced = (",", ":"), (", ", ": ")
    spellings = ((compact, False), (compact, True), (spaced, False), (spaced, True))
    if not any(json.dumps(value, separators=gaps, ensure_ascii=plain) == text for gaps, plain in spellings):
        raise ValueError("the JSON is not spelled as it was written")
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return found


def _no_fraction(word: str) -> Any:
    raise ValueError(f"{word} is not a whole number")


def read(content: bytes) -> Evidence:
    """All entries and the manifest, each line checked; raises BrokenError at the first that is wrong."""
    evidence = Evidence()
    lines = content.split(b"\n")
    for number, raw in enumerate(lines[:-1], start=1):
        try:
            value = parse(raw)
            if evidence.last is not None:
                raise ValueError("something follows the manifest")
            if "manifest" in value:
                evidence.last = value
                _check_manifest(evidence)
            else:
                _check_entry(evidence, value)
        except (ValueError, TypeError, RecursionError) as error:
            raise BrokenError(number, _named(error)) from error
    if lines[-1]:
        raise BrokenError(len(lines), "the line is cut off: it has no end")
    _check_end(evidence)
    return evidence


def _named(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "not UTF-8"
    return f"not JSON: {error.msg}" if isinstance(error, json.JSONDecodeError) else str(error)


def _check_entry(evidence: Evidence, entry: dict[str, Any]) -> None:
    due = len(evidence.entries) + 1
    missing = [name for name in MEMBERS if name not in entry]
    if missing:
        raise ValueError(f"entry {due} has no {missing[0]}")
    # The hash first: an entry that is whole and stands in the wrong place is told apart from one that was changed.
    if sha256(canonical({name: entry[name] for name in entry if name != "hash"})) != entry["hash"]:
        raise ValueError(f"entry {entry['seq']} was changed: its hash does not fit its content")
    owner = evidence.entries[0]["offboardingId"] if evidence.entries else entry["offboardingId"]
    if entry["offboardingId"] != owner:
        raise ValueError(f"entry {entry['seq']} belongs to another offboarding: {entry['offboardingId']}, not {owner}")
    if entry["seq"] != due:
        raise ValueError(f"entry {entry['seq']} stands where entry {due} belongs: one was removed, added or moved")
    if entry["prev"] != evidence.head:
        raise ValueError(f"entry {due} does not continue the one before: what it followed was replaced")
    _follow(evidence, entry)
    evidence.entries.append(entry)


def _follow(evidence: Evidence, entry: dict[str, Any]) -> None:
    """Every write has one intent before it and one answer after it, or an observation that settles it."""
    kind, data, seq = entry["kind"], entry["data"], entry["seq"]
    if not isinstance(data, dict) or not isinstance(entry["actor"], dict):
        raise ValueError(f"entry {seq}: data and actor must be objects")
    if kind == "intent":
        evidence.unanswered[seq] = len(evidence.entries) + 1
    elif kind == "answer":
        intent = data.get("intent")
        if not isinstance(intent, int) or evidence.unanswered.pop(intent, None) is None:
            raise ValueError(f"entry {seq} answers {intent}, which is no open intent")
        status = data.get("status")
        evidence.accepted += isinstance(status, int) and 200 <= status < 300
    elif kind in ("observation", "proof"):
        evidence.unanswered.clear()
    elif kind == "outcome":
        # It ended without another look; whoever reads it is told.
        for number in data.get("unanswered", ()):
            evidence.unanswered.pop(number, None)
            evidence.unsettled.append(number)


def _check_manifest(evidence: Evidence) -> None:
    last = evidence.last or {}
    if sorted(last) != ["manifest", "publicKey", "signature"] or not isinstance(last["manifest"], dict):
        raise ValueError("the last line must have manifest, signature and publicKey")
    manifest = last["manifest"]
    missing = [name for name in MANIFEST if name not in manifest]
    if missing:
        raise ValueError(f"the manifest has no {missing[0]}")
    if not evidence.entries:
        raise ValueError("a manifest without entries")
    if manifest["offboardingId"] != evidence.entries[0]["offboardingId"]:
        raise ValueError("the manifest belongs to another offboarding")
    if manifest["entries"] != len(evidence.entries):
        raise ValueError(f"the manifest counts {manifest['entries']} entries, the file has {len(evidence.entries)}")
    if manifest["head"] != evidence.head:
        raise ValueError("the manifest names another last entry: the end of the chain was replaced")


def _check_end(evidence: Evidence) -> None:
    if evidence.last is not None and evidence.unanswered:
        seq, line = next(iter(evidence.unanswered.items()))
        raise BrokenError(line, f"entry {seq} is an intent without an answer, and nothing was read after it")


def check_signature(last: Mapping[str, Any]) -> tuple[int, int]:
    """The enclosed public key (x, y) under which the manifest is signed; raises ValueError when it is not."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
    from cryptography.hazmat.primitives.hashes import SHA256

    key, parts = last["publicKey"], str(last["signature"]).split(".")
    if not isinstance(key, dict) or (key.get("kty"), key.get("crv")) != ("EC", "P-256") or len(parts) != 3:
        raise ValueError("the signature is no compact JWS with a key on the curve P-256")
    header, payload, signature = (_bytes(part) for part in parts)
    if parse(header).get("alg") != "ES256":
        raise ValueError("the signature is not ES256")
    if payload != canonical(last["manifest"]).encode():
        raise ValueError("the signature is one of another manifest")
    x, y = (int.from_bytes(_bytes(str(key.get(name, ""))), "big") for name in ("x", "y"))
    if len(signature) != 64:
        raise ValueError("the signature is not 64 bytes long")
    encoded = encode_dss_signature(int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big"))
    try:
        public = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
        public.verify(encoded, f"{parts[0]}.{parts[1]}".encode(), ec.ECDSA(SHA256()))
    except InvalidSignature:
        raise ValueError("the signature does not fit the manifest and the enclosed key") from None
    return x, y


def _bytes(text: str) -> bytes:
    """base64url without padding, in the one spelling that it has."""
    found = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if base64.urlsafe_b64encode(found).rstrip(b"=").decode() != text:
        raise ValueError("the signature or the key is not base64url")
    return found


def trusted_key(pem: bytes) -> tuple[int, int]:
    """The public key (x, y) in a PEM; raises ValueError."""
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    key = load_pem_public_key(pem)
    if not isinstance(key, ec.EllipticCurvePublicKey) or key.curve.name != "secp256r1":
        raise ValueError("the key that you trust must be a public key on the curve P-256")
    numbers = key.public_numbers()
    return numbers.x, numbers.y


def signed_by(evidence: Evidence, key: Path | None) -> tuple[bool, str]:
    """Whether a trusted key signed it, in words; raises BrokenError for a signature that does not fit."""
    if evidence.last is None:
        return False, "unsigned: the offboarding goes on, or the end of the file was cut off, which nobody can tell"
    try:
        signer = check_signature(evidence.last)
    except ImportError:
        return False, "signed, but the signature was not checked: install the Python package cryptography"
    except ValueError as error:
        raise BrokenError(len(evidence.entries) + 1, str(error)) from error
    name = evidence.last["manifest"]["keyId"]
    if key is None:
        return False, f"signed by the key that calls itself {name}; give the key that you trust with --key"
    if trusted_key(key.read_bytes()) != signer:
        return False, f"signed by a key that you do not trust, which calls itself {name}"
    return True, f"signed by the key that you trust ({name}) at {evidence.last['manifest']['exportedAt']}"


def check_texts(evidence: Evidence, content: bytes) -> int:
    """How many personal texts fit their hash; raises BrokenError for the first that does not."""
    lines = _lines_of(content)
    for raw in lines:
        try:
            text = parse(raw)
            entry = evidence.entries[text["seq"] - 1]
            found = _at(entry, str(text["field"]))
            fits = found == {"sha256": sha256(text["salt"] + text["text"])}
        except (ValueError, LookupError, TypeError) as error:
            raise ValueError(f"the file of texts cannot be read: {error}") from error
        if not fits:
            raise BrokenError(text["seq"], f"the text of {text['field']} is not the one that the entry has the hash of")
    return len(lines)


def _lines_of(content: bytes) -> list[bytes]:
    return content.split(b"\n")[:-1]


def _at(entry: Any, place: str) -> Any:
    for name in place.split("."):
        entry = entry[int(name)] if isinstance(entry, list) else entry[name]
    return entry


def check_seen(evidence: Evidence, seen: str) -> None:
    """Raises BrokenError unless the file continues what an event or a view said."""
    count, _, head = seen.partition(":")
    if not count.isdecimal() or not re.fullmatch("[0-9a-f]{64}", head):
        raise ValueError("--seen must be ENTRIES:HEAD, as in the evidence of an event")
    number = int(count)
    hashes = [NOTHING_BEFORE, *(entry["hash"] for entry in evidence.entries)]
    if number >= len(hashes) or hashes[number] != head:
        raise BrokenError(number, f"the file does not continue what was seen: entry {number} is missing or another")


def names_in(content: bytes) -> dict[int, str]:
    """Who caused which entry, from a file of texts that `check_texts` has found to fit."""
    texts = map(parse, _lines_of(content))
    return {text["seq"]: str(text["text"]) for text in texts if text["field"] == "actor.name"}


def summary(evidence: Evidence, names: Mapping[int, str]) -> Iterator[str]:
    """What the entries tell, in plain words. `names`: of who caused them, by the number of the entry."""
    first, found = evidence.entries[0], evidence.entries
    intents = sum(entry["kind"] == "intent" for entry in found)
    yield f"offboarding {first['offboardingId']}: {len(found)} entries, {first['at']} to {found[-1]['at']}"
    yield f"writes to Microsoft: {intents} sent or about to be, {evidence.accepted} accepted"
    if evidence.unanswered:
        yield f"without an answer so far: entries {', '.join(map(str, evidence.unanswered))}"
    if evidence.unsettled:
        yield f"ended without an answer, their effect is not known: entries {', '.join(map(str, evidence.unsettled))}"
    approvals = [entry for entry in found if entry["kind"] == "approval"]
    told = ", ".join(f"{_name(entry['actor'], names.get(entry['seq']))} at {entry['at']}" for entry in approvals)
    yield f"approved by: {told or 'nobody, none is recorded'}"
    outcome = next((entry["data"].get("status") for entry in found if entry["kind"] == "outcome"), None)
    yield f"outcome: {outcome or 'none yet'}"


def _name(actor: Mapping[str, Any], apart: str | None) -> str:
    name = actor.get("name")
    if not isinstance(name, str):
        name = apart
    if name is not None:
        return f"{name} ({actor.get('id')})"
    hint = ", the object id of a person in Entra ID; --texts FILE has the name, as long as that is kept"
    return f"{actor.get('id')}{hint if actor.get('type') == 'person' else ''}"


def looks_like_evidence(content: bytes) -> bool:
    """Some line at least has what an entry or a manifest has."""
    return bool(re.search(rb'^\{.*("hash"|"manifest") ?:', content, re.MULTILINE))


def main(arguments: list[str] | None = None) -> int:
    """Check, say what is proven and what is not, and put the answer into the exit code."""
    options = _parser().parse_args(arguments)
    try:
        content = options.file.read_bytes()
        if not looks_like_evidence(content):
            return _said(NO_SUCH_FILE, f"{options.file}: this is no evidence file")
        return _verify(content, options)
    except BrokenError as error:
        return _said(BROKEN, f"BROKEN. {error}", "What stands before that line is intact; nothing else is proven.")
    except (OSError, ValueError) as error:
        return _said(NO_SUCH_FILE, str(error))


def _verify(content: bytes, options: argparse.Namespace) -> int:
    evidence = read(content)
    if options.seen:
        check_seen(evidence, options.seen)
    trusted, signature = signed_by(evidence, options.key)
    texts = options.texts.read_bytes() if options.texts else b""
    fit = check_texts(evidence, texts)
    lines = [*summary(evidence, names_in(texts)), signature]
    if options.texts:
        lines.append(f"personal texts that fit their hash: {fit}")
    if trusted:
        return _said(VALID, "VALID.", *lines, f"proven: {PROVEN}, and nothing after it was left out", UNPROVEN)
    return _said(UNSIGNED, "CONSISTENT, BUT NOT SIGNED BY A KEY THAT YOU TRUST.", *lines, UNSURE, UNPROVEN)


def _said(code: int, *lines: str) -> int:
    stream = sys.stdout if code in (VALID, UNSIGNED) else sys.stderr
    # What a file says must not end the check: not every stream can spell every name.
    encoding = stream.encoding or "utf-8"
    text = "".join(f"{_as_text(line)}\n" for line in lines)
    stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
    return code


def _as_text(line: str) -> str:
    """One line; what could pretend to be another, or steer a terminal, is spelled out. Spaces stand as they are."""
    return "".join(sign if sign == " " or sign.isprintable() else ascii(sign)[1:-1] for sign in line)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="verify-evidence", description="Checks the evidence of one offboarding.")
    parser.add_argument("file", type=Path, metavar="FILE", help="the evidence, JSON Lines")
    parser.add_argument("--key", type=Path, metavar="PEM", help="file with the public key that you trust")
    parser.add_argument("--texts", type=Path, metavar="FILE", help="the personal texts, JSON Lines")
    parser.add_argument("--seen", metavar="ENTRIES:HEAD", help="the evidence of an event or a view, to be continued")
    return parser


if __name__ == "__main__":
    sys.exit(main())
