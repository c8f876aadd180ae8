"""`--local`: the stack of `dev.py up`, found by the file of addresses in its data folder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from offboard.operate.api import URL
from offboard.operate.failures import UsageError
from offboard.operate.identity import KEY, TOKEN

DATA = "OFFBOARDING_DATA"
USUAL = Path(".data") / "up"
FILE = "addresses.json"
PROGRAM = "key"
"""Said instead of a person: the function key."""


def local_environment(who: str, environment: Mapping[str, str]) -> Mapping[str, str]:
    """Address and identity of the running stack; `who` is a role (`Approve`), the beginning of a name, or `key`.

    Without a word it is the person who may do everything. Raises UsageError where no stack has left its addresses.
    """
    shown = _addresses(environment)
    if who == PROGRAM or not shown.get("people"):
        return {URL: str(shown.get("http")), KEY: str(shown.get("functionKey"))}
    people = shown["people"]
    if not who:
        person = max(people, key=lambda one: len(one["roles"]))
    else:
        fits = [one for one in people if _is(one, who)]
        # Who has that role alone stands for it before who has others, too.
        person = min(fits, key=lambda one: len(one["roles"]), default=None)
    if person is None:
        known = ", ".join(f"{one['name']} ({', '.join(one['roles'])})" for one in people)
        raise UsageError(f"--as {who}: nobody of the local stack is called so or has that role; there are {known}, key")
    return {URL: str(shown["http"]), TOKEN: str(person["token"])}


def _is(person: Mapping[str, Any], who: str) -> bool:
    roles = {str(role).rpartition(".")[2].casefold() for role in person["roles"]}
    return who.casefold().removeprefix("offboarding.") in roles or str(person["name"]).casefold().startswith(
        who.casefold()
    )


def _addresses(environment: Mapping[str, str]) -> Any:
    places = [Path(environment[DATA])] if environment.get(DATA) else [*_usual()]
    file = next((place / FILE for place in places if (place / FILE).is_file()), None)
    if file is None:
        looked = ", ".join(map(str, places[:1]))
        raise UsageError(
            f"no local stack has left its addresses in {looked}: start one with python3 dev.py up, "
            f"and set {DATA} to its data folder where that is another"
        )
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise UsageError(f"{file} cannot be read; start the stack again with python3 dev.py up") from None


def _usual() -> list[Path]:
    """Below the folder where somebody works, or one above it; else below the checkout that this file stands in."""
    here = Path.cwd()
    return [folder / USUAL for folder in (here, *here.parents, Path(__file__).resolve().parents[2])]
