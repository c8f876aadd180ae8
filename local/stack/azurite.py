"""Azurite, Microsoft's emulator of Azure Storage: found where npm put it, started as a child of the stack.

Only its table service runs. Needs Node.js 18 or newer; the package is not part of this project's requirements.
"""

from __future__ import annotations

import base64
import os
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from local.stack.errors import StackError

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = "azurite@3.35.0"
TOOLS = ROOT / ".data" / "tools"
VARIABLE = "OFFBOARDING_AZURITE"
ACCOUNT = "offboarding"
_LAUNCHER = Path(__file__).with_name("azurite.cjs")
_MAIN = Path("dist", "src", "table", "main.js")


@dataclass(frozen=True, slots=True)
class Azurite:
    """An installed Azurite: the node that runs it and the package's folder."""

    node: str
    folder: Path

    def command(self, location: Path | None, port: int) -> list[str]:
        """The command line; without `location` everything is in memory, port 0 takes a free one.

        Azurite writes its file every five seconds and when it ends, so it is started apart from what may be killed: the
        service that it stands for has written to three disks before it answers
        (learn.microsoft.com/azure/storage/common/storage-redundancy). A killed Azurite forgets what it answered last.
        """
        place = ["--location", str(location)] if location is not None else ["--inMemoryPersistence"]
        return [
            *(self.node, str(_LAUNCHER), str(self.folder), *place),
            *("--tableHost", "127.0.0.1", "--tablePort", str(port)),
            *("--silent", "--skipApiVersionCheck", "--disableTelemetry", "--exit-with-stdin"),
        ]


def find_azurite(environment: Mapping[str, str] | None = None) -> Azurite:
    """The installed Azurite; raises StackError that says how to get it."""
    values = os.environ if environment is None else environment
    node = shutil.which("node", path=values.get("PATH"))
    if node is None:
        raise StackError(
            "Node.js was not found, and Azurite needs it. Install Node.js 18 or newer (https://nodejs.org), "
            "or leave out --store azurite: SQLite needs nothing.",
            3,
        )
    named = values.get(VARIABLE, "")
    folders = [Path(named).absolute()] if named else [TOOLS, ROOT]
    for folder in folders:
        found = _package(folder)
        if found is not None:
            return Azurite(node, found)
    places = ", ".join(str(folder) for folder in folders)
    raise StackError(
        f"Azurite was not found in {places}. Install it with: npm install {PACKAGE} --prefix {TOOLS} "
        f"(or set {VARIABLE} to the folder of an installed one).",
        3,
    )


def new_key() -> str:
    """An account key as Azurite takes it."""
    return base64.b64encode(secrets.token_bytes(32)).decode()


def accounts(key: str) -> dict[str, str]:
    """The environment that gives Azurite our account instead of its well-known one."""
    return {"AZURITE_ACCOUNTS": f"{ACCOUNT}:{key}"}


def connection_string(url: str, key: str) -> str:
    """What the SDK connects with."""
    place = f"TableEndpoint={url.rstrip('/')}/{ACCOUNT};"
    return f"DefaultEndpointsProtocol=http;AccountName={ACCOUNT};AccountKey={key};{place}"


def _package(place: Path) -> Path | None:
    """The package's folder, given itself, a folder that it is installed in, or a file inside it."""
    candidates = [place, place / "azurite", place / "node_modules" / "azurite", *place.parents]
    return next((item for item in candidates if (item / _MAIN).is_file()), None)
