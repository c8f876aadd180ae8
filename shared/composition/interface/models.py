"""The schemas of models, as a document's components."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from shared.composition.interface.envelopes import PREFIX

Mode = Literal["validation", "serialization"]


def component_schemas(models: Iterable[tuple[type[BaseModel], Mode]]) -> dict[str, Any]:
    """The schemas of these models and of all that they consist of, by name."""
    wanted = sorted(set(models), key=lambda item: item[0].__name__)
    _, found = models_json_schema(wanted, ref_template=f"{PREFIX}{{model}}")
    schemas: dict[str, Any] = found["$defs"]
    return schemas
