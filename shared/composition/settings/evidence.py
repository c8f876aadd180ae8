"""Where finished evidence goes, and who signs it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from shared.composition.settings.reader import Reader


@dataclass(frozen=True, slots=True)
class EvidenceSettings:
    """A container with a key of the vault, a folder with a key in a file, or nothing: then nothing is exported."""

    container: str
    key_name: str
    folder: Path | None
    key_file: Path | None


def read_evidence(reader: Reader) -> EvidenceSettings:
    """Both of a pair, and one pair at most."""
    found = EvidenceSettings(
        reader.address("OFFBOARDING_EVIDENCE_CONTAINER"),
        reader.optional("OFFBOARDING_EVIDENCE_KEY_NAME"),
        reader.path("OFFBOARDING_EVIDENCE_FOLDER"),
        reader.path("OFFBOARDING_EVIDENCE_KEY_FILE"),
    )
    in_azure, here = (bool(found.container), bool(found.key_name)), (bool(found.folder), bool(found.key_file))
    if in_azure[0] != in_azure[1] or here[0] != here[1] or (in_azure[0] and here[0]):
        reader.problems.append(
            "evidence needs OFFBOARDING_EVIDENCE_CONTAINER with OFFBOARDING_EVIDENCE_KEY_NAME, or "
            "OFFBOARDING_EVIDENCE_FOLDER with OFFBOARDING_EVIDENCE_KEY_FILE, and not both"
        )
    if found.container and not reader.optional("OFFBOARDING_KEY_VAULT_URL"):
        reader.problems.append("OFFBOARDING_EVIDENCE_KEY_NAME needs the vault that OFFBOARDING_KEY_VAULT_URL names")
    return found
