"""The JSON Schemas explain themselves: a CRM developer reads nothing else."""

from __future__ import annotations

import pytest

from shared.contracts.schemas import all_schemas


@pytest.mark.parametrize("name", sorted(all_schemas()))
def test_every_field_of_the_data_is_described(name: str) -> None:
    schema = all_schemas()[name]
    models = schema.get("$defs") or {"request": schema}
    silent = [
        f"{model}.{field}"
        for model, found in models.items()
        for field, said in found.get("properties", {}).items()
        if not said.get("description")
    ]
    assert silent == []
