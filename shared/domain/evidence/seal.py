"""The end of a finished chain: what was signed, so that it is signed once."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Seal:
    """`line`: manifest, signature and public key. It belongs to the chain that ends in `head`, and to no longer one."""

    head: str
    line: str
