"""Templates carried out: small ones, each with what it has to make."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.bicep_check.deployed.template import deploy
from tools.bicep_check.deployed.values import Deployment, RefusedError, is_later

STORE = "resource store 'A.B/stores@2024-01-01'"


def made(folder: Path, text: str, /, **parameters: object) -> Deployment:
    (folder / "main.bicep").write_text(text, encoding="utf-8")
    return deploy(folder / "main.bicep", parameters)


def test_parameters_defaults_and_expressions(tmp_path: Path) -> None:
    text = (
        "param size int = 2\nparam name string\nvar twice = size * 2\n"
        f"{STORE} = {{\n  name: 'st-${{name}}'\n"
        "  properties: { size: twice, big: twice > 3 && name != 'x', tags: union({ a: 1 }, { b: 2 }) }\n}\n"
        "output ID string = store.id\n"
    )
    [store] = made(tmp_path, text, name="one").resources
    assert (store.name, store.type) == ("st-one", "A.B/stores")
    assert store.properties == {"size": 4, "big": True, "tags": {"a": 1, "b": 2}}
    assert made(tmp_path, text, name="one").outputs["ID"] == store.id
    assert made(tmp_path, text, name="one", size=1).resources[0].properties["big"] is False
    with pytest.raises(KeyError, match="needs name"):
        made(tmp_path, text)


def test_what_a_condition_keeps_away_is_not_made_and_neither_is_what_is_in_it(tmp_path: Path) -> None:
    text = (
        f"param wanted bool\n{STORE} = if (wanted) {{\n  name: 'a'\n\n  resource part 'parts' = {{\n    name: 'p'\n"
        "  }\n}\n"
    )
    assert [one.type for one in made(tmp_path, text, wanted=True).resources] == ["A.B/stores", "A.B/stores/parts"]
    assert made(tmp_path, text, wanted=False).resources == ()


def test_loops_with_an_index_and_a_condition(tmp_path: Path) -> None:
    text = (
        "param names string[]\n"
        f"{STORE} = [for (item, i) in names: {{\n  name: item\n  properties: {{ place: i }}\n}}]\n"
        "resource note 'A.B/notes@2024-01-01' = [for (item, i) in names: if (item != 'b') {\n  name: 'n'\n"
        "  scope: store[i]\n}]\n"
    )
    found = made(tmp_path, text, names=["a", "b"])
    assert [one.properties["place"] for one in found.of_type("a.b/STORES")] == [0, 1]
    [note] = found.of_type("A.B/notes")
    assert note.target.endswith("/stores/a")


def test_a_module_gets_its_parameters_and_gives_its_outputs(tmp_path: Path) -> None:
    (tmp_path / "part.bicep").write_text(
        f"param name string\n{STORE} = {{\n  name: name\n}}\noutput made string = store.name\n", encoding="utf-8"
    )
    text = (
        "targetScope = 'subscription'\nparam wanted bool = true\n"
        "resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = {\n  name: 'rg'\n}\n"
        "module part 'part.bicep' = if (wanted) {\n  scope: group\n  params: { name: 'x' }\n}\n"
        "module other 'part.bicep' = {\n  scope: resourceGroup('sub', 'there')\n"
        "  params: { name: part.outputs.made }\n}\n"
    )
    stores = made(tmp_path, text).of_type("A.B/stores")
    assert [one.name for one in stores] == ["x", "x"]
    text += "output FOUND string = wanted ? part!.outputs.made : 'none'\n"
    assert [made(tmp_path, text, wanted=wanted).outputs["FOUND"] for wanted in (True, False)] == ["x", "none"]
    assert stores[0].id.endswith("/resourceGroups/rg/providers/A.B/stores/x")
    assert stores[1].id == "/subscriptions/sub/resourceGroups/there/providers/A.B/stores/x"
    [left] = made(tmp_path, text, wanted=False).of_type("A.B/stores")
    assert is_later(left.name), "what a module that is not there would answer is not known"


def test_what_azure_answers_stays_a_mark(tmp_path: Path) -> None:
    text = f"{STORE} = {{\n  name: 'a'\n}}\noutput HOST string = split(store.properties.endpoint, '/')[2]\n"
    assert is_later(made(tmp_path, text).outputs["HOST"])


def test_what_exists_is_not_made(tmp_path: Path) -> None:
    text = f"{STORE} existing = {{\n  name: 'a'\n}}\noutput ID string = store.id\n"
    found = made(tmp_path, text)
    assert found.resources == ()
    assert found.outputs["ID"].endswith("/A.B/stores/a")


def test_fail_is_called_only_where_its_branch_is_taken(tmp_path: Path) -> None:
    text = f"param size int\nvar name = size > 0 ? 'a' : fail('size has to be more.')\n{STORE} = {{\n  name: name\n}}\n"
    assert made(tmp_path, text, size=1).resources[0].name == "a"
    with pytest.raises(RefusedError, match="size has to be more"):
        made(tmp_path, text, size=0)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("loadTextContent('note.txt')", '{ "a": 1 }\n'),
        ("loadJsonContent('note.txt')", {"a": 1}),
        ("string('as it is')", "as it is"),
        ("string(5)", "5"),
        ("string({ a: [1, true, 'ü'], b: null })", '{"a":[1,true,"ü"],"b":null}'),
        ("union({ a: { b: 1, c: [1] }, d: 1 }, { a: { c: [2] }, d: 2 })", {"a": {"b": 1, "c": [2]}, "d": 2}),
        ("union([1, { a: 1 }], [{ a: 1 }, 2])", [1, {"a": 1}, 2]),
        ("contains({ Size: 1 }, 'size')", True),
        ("contains('Size', 'size')", False),
        ("contains(['Size'], 'size')", False),
    ],
)
def test_functions_as_microsoft_describes_them(expression: str, value: object, tmp_path: Path) -> None:
    """learn.microsoft.com/azure/azure-resource-manager/bicep/bicep-functions"""
    (tmp_path / "note.txt").write_text('{ "a": 1 }\n', encoding="utf-8")
    assert made(tmp_path, f"output FOUND object = {expression}\n").outputs["FOUND"] == value


@pytest.mark.parametrize("call", ["utcNow()", "loadTextContent('a', 'utf-16')", "loadJsonContent('a', '$.b')"])
def test_what_cannot_be_carried_out_is_no_silent_value(call: str, tmp_path: Path) -> None:
    with pytest.raises(NotImplementedError, match=call.partition("(")[0]):
        made(tmp_path, f"{STORE} = {{\n  name: {call}\n}}\n")


def test_a_text_of_nothing_is_no_silent_value(tmp_path: Path) -> None:
    with pytest.raises(NotImplementedError, match="string of NoneType"):
        made(tmp_path, "output FOUND string = string(null)\n")
