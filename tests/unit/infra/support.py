"""What the tests of the deployment share: where the files are, and how durations are written in them."""

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
INFRA = ROOT / "infra"
BICEP_FILES = sorted(INFRA.rglob("*.bicep"))

_ISO = re.compile(r"P(?:(?P<days>\d+)D)?(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)S)?)?")
_TIMESPAN = re.compile(r"(?P<hours>\d\d):(?P<minutes>[0-5]\d):(?P<seconds>[0-5]\d(?:\.\d+)?)")


def load(path: Path) -> Any:
    """Return the JSON in `path`; a name that stands twice in an object is an error, not the last one's win."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        names = [name for name, _ in pairs]
        assert len(names) == len(set(names)), f"{path.name}: repeated name among {names}"
        return dict(pairs)

    return json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=unique)


def iso_duration(text: str) -> timedelta:
    """Read an ISO 8601 duration of days, hours, minutes and seconds ("PT5M"), as Service Bus takes them."""
    match = _ISO.fullmatch(text)
    assert match, f"not a duration: {text!r}"
    assert any(match.groups()), f"a duration without any part: {text!r}"
    return timedelta(**{unit: int(value) for unit, value in match.groupdict().items() if value})


def timespan(text: str) -> timedelta:
    """Read a .NET time span ("00:10:00"), as host.json takes them."""
    match = _TIMESPAN.fullmatch(text)
    assert match, f"not a time span: {text!r}"
    return timedelta(**{unit: float(value) for unit, value in match.groupdict().items()})


def bicep_code(path: Path) -> str:
    """Return the file without its comments."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return "\n".join(re.sub(r"(^|\s)//.*$", "", line) for line in lines)
