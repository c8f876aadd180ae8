"""Shapes that many bodies share: links, collections, PascalCase."""

from collections.abc import Iterable

from local.simulator.messages import Json


def link(uri: str, method: str = "GET") -> Json:
    """A link object; the URI is relative, with or without /v1."""
    return {"uri": uri, "method": method, "headers": []}


def collection(items: list[Json], self_uri: str | None = None) -> Json:
    """A Partner Center collection."""
    body: dict[str, Json] = {"totalCount": len(items), "items": items}
    if self_uri is not None:
        body["links"] = {"self": link(self_uri)}
    body["attributes"] = {"objectType": "Collection"}
    return body


def pascal_case(value: Json) -> Json:
    """The same JSON with PascalCase keys, as suspension and removal answers are documented."""
    if isinstance(value, dict):
        return {key[:1].upper() + key[1:]: pascal_case(item) for key, item in value.items()}
    if isinstance(value, list):
        return [pascal_case(item) for item in value]
    return value


def product_links(offer_id: str, country: str) -> dict[str, Json]:
    """product, sku and availability links of a modern offer id ``product:sku:availability``."""
    parts = offer_id.split(":")
    uris = [f"/products/{parts[0]}"]
    if len(parts) > 1:
        uris.append(f"{uris[0]}/skus/{parts[1]}")
    if len(parts) > 2:
        uris.append(f"{uris[1]}/availabilities/{parts[2]}")
    names = ("product", "sku", "availability")
    return {name: link(f"{uri}?country={country}") for name, uri in zip(names, uris, strict=False)}


def without_none(pairs: Iterable[tuple[str, Json]]) -> dict[str, Json]:
    """A JSON object of the pairs whose value is not None."""
    return {name: value for name, value in pairs if value is not None}
