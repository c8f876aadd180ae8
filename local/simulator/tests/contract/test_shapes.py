"""The simulator's answers have the shape of the documented ones: shapes/rules.py says what that means."""

from functools import cache

import pytest

from local.simulator.services.routes import ROUTER
from local.simulator.tests.contract.shapes.documented import VARIABLE, Sample, samples
from local.simulator.tests.contract.shapes.recipes import KNOBS, OTHER_CALLS, RECIPES
from local.simulator.tests.contract.shapes.rules import Role, differences, objects
from local.simulator.tests.contract.shapes.tenant import tenant

GATEWAY_HEADERS = {"content-type", "retry-after", "location", "ms-requestid", "ms-correlationid"}
COMPARED = [one for one in samples() if one.id in RECIPES]
needs_samples = pytest.mark.skipif(not samples(), reason=f"{VARIABLE} names no folder of documented bodies")


def _other(one: Sample) -> bool:
    return one.id in OTHER_CALLS or one.id.split("/")[0] in OTHER_CALLS


def _place(one: Sample) -> str:
    """The role of a root object that has none of its own: its route, or that it is an error."""
    if (one.status or 400) >= 400:
        return "graph error" if "graph" in one.id else "gateway" if one.status == 429 else "error"
    found = ROUTER.find(one.method, one.path.split("?")[0])
    return found[0].template.lower().split("/")[-1].strip("{}") if found else one.path


@cache
def _roles() -> dict[str, Role]:
    roles: dict[str, Role] = {}
    for one in samples():
        if one.body is not None:
            for name, keys in objects(one.body, _place(one)):
                roles.setdefault(name, Role()).add(keys)
    return roles


@needs_samples
@pytest.mark.parametrize("one", COMPARED, ids=lambda one: one.id)
def test_shape(one: Sample) -> None:
    answer = RECIPES[one.id](tenant(**KNOBS.get(one.id, {})))
    assert one.status in (None, answer.status)
    if one.body is None:
        assert answer.body.strip() == one.raw.strip()
        return
    assert differences(answer.json(), one.body, _place(one), _roles()) == []
    given = {name.lower() for name in answer.headers}
    assert one.headers & GATEWAY_HEADERS <= given
    assert answer.body.startswith(b"\xef\xbb\xbf") == one.raw.startswith(b"\xef\xbb\xbf")


@needs_samples
def test_every_documented_answer_of_a_served_path_is_compared() -> None:
    assert [one.id for one in samples() if one.served and one.id not in RECIPES and not _other(one)] == []


@needs_samples
def test_how_many(capsys: pytest.CaptureFixture[str]) -> None:
    served = [one for one in samples() if one.served]
    with capsys.disabled():
        assert COMPARED
        print(f"\nshapes: {len(COMPARED)} documented answers compared; {len(served)} are of served paths")  # noqa: T201
