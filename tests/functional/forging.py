"""What somebody can do who may write to the place of the snapshots, and has no key."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from shared.adapters.evidence.file_signer import FileSigner
from shared.domain.evidence.canonical import canonical
from shared.domain.evidence.chain import NOTHING_BEFORE
from shared.ports.shelf import Shelf
from shared.snapshots.manifest import FILE, Manifest
from shared.snapshots.signed import SEAL, said_of

Line = dict[str, Any]
Forgery = Callable[[list[Line]], list[Line]]


def forged(shelf: Shelf, manifest: Manifest, forgery: Forgery) -> bytes:
    """Every line as `forgery` has it, in the place of what was there, and a manifest whose hashes fit; returns that."""
    lines: list[Line] = []
    for part in manifest.parts:
        content = gzip.decompress(shelf.get(part.name) or b"").decode("utf-8", "surrogatepass")
        lines += [json.loads(line) for line in content.split("\n")[:-1]]
    lines = forgery(lines)
    text = "".join(json.dumps(line) + "\n" for line in lines)
    name, packed = f"{manifest.name}/000001.jsonl.gz", gzip.compress(text.encode())
    shelf.put(name, packed)
    counts = {kind: sum(line["is"] == kind for line in lines) for kind in {line["is"] for line in lines}}
    entry = {"name": name, "sha256": hashlib.sha256(packed).hexdigest(), "size": len(packed), "lines": len(lines)}
    raw = {**json.loads(shelf.get(f"{manifest.name}/{FILE}") or b""), "parts": [entry], "counts": counts}
    written = json.dumps(raw).encode()
    shelf.put(f"{manifest.name}/{FILE}", written)
    return written


def unsigned(folder: Path, manifest: Manifest) -> None:
    """Takes the signature away."""
    (folder / "snapshots" / manifest.name / SEAL).unlink()


def signed_by_forger(shelf: Shelf, manifest: Manifest, content: bytes, key: Path) -> None:
    """Signs it, with a key of their own, whose public half the line encloses."""
    shelf.put(f"{manifest.name}/{SEAL}", FileSigner(key).sealed(said_of(manifest, content)).encode())


def head_in(lines: list[Line]) -> Line:
    """The one head, to be changed."""
    [found] = [line["value"] for line in lines if line["is"] == "offboarding"]
    value: Line = found
    return value


def with_head(**fields: Any) -> Forgery:
    """Other fields in the head."""

    def forgery(lines: list[Line]) -> list[Line]:
        head_in(lines).update(fields)
        return lines

    return forgery


def rewritten(change: Callable[[list[Line]], list[Line]]) -> Forgery:
    """Another evidence, in which every hash is right, and the head that fits."""

    def forgery(lines: list[Line]) -> list[Line]:
        found = [line for line in lines if line["is"] == "evidence"]
        rest = [line for line in lines if line["is"] != "evidence"]
        before, chain = NOTHING_BEFORE, list[Line]()
        for seq, entry in enumerate(change([json.loads(line["value"]) for line in found]), 1):
            body = {name: value for name, value in entry.items() if name != "hash"} | {"seq": seq, "prev": before}
            before = hashlib.sha256(canonical(body).encode()).hexdigest()
            chain.append({"is": "evidence", "of": found[0]["of"], "value": canonical({**body, "hash": before})})
        head_in(rest)["evidence"].update(entries=len(chain), head=before)
        return [rest[0], *chain, *rest[1:]]

    return forgery
