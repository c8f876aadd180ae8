"""One notice as plain text, before any channel gives it a form."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Notice:
    """What people read. `parts`: heading and sentence (cause, consequence, what to do); `facts`: name and value;
    `entries`: what a digest collected, each with its link ("" for none)."""

    title: str
    parts: tuple[tuple[str, str], ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    link: str = ""
    entries: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Parcel:
    """One thing to send. `id` is the same in every try: receivers know a repetition by it. `event`: the CloudEvent as
    JSON, for programs."""

    id: str
    notice: Notice
    event: str
