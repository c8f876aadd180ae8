"""One Azure table behind four verbs, with the errors of the application: created when it is missing.

Every write is an entity-group transaction: all of its rows in one partition, all or nothing, at most 100 rows and 4 MiB
(learn.microsoft.com/rest/api/storageservices/performing-entity-group-transactions).
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any

from azure.core import MatchConditions
from azure.core.exceptions import AzureError, HttpResponseError, ResourceNotFoundError
from azure.data.tables import TableClient, TableEntity, TableServiceClient, TransactionOperation, UpdateMode

from shared.adapters.stores.table.payload import size
from shared.domain.errors import OffboardingError, RefusedError, UnavailableError

MOST_ROWS = 100
MOST_BYTES = 3_500_000
"""Of the 4 MiB that a transaction may have; the rest is for what the estimate of a row's size leaves out."""

_CLASHES = frozenset({404, 409, 412})
_SIGNATURE = re.compile(r"\bsig=[^&\s'\")]+", re.IGNORECASE)
_PASSING = frozenset({401, 403, 408, 429})
"""Answers that may change without a change here: a role that was just given needs minutes to work."""


class ClashError(Exception):
    """A row exists already, is gone, or has another ETag: nothing of the transaction was stored."""


@dataclass(frozen=True, slots=True)
class Write:
    """One row of a transaction; `etag` makes it conditional."""

    kind: TransactionOperation
    row: Mapping[str, Any]
    etag: str | None = None
    merge: bool = False

    @property
    def size(self) -> int:
        return size(self.row)

    def operation(self) -> tuple[TransactionOperation, Mapping[str, Any], Mapping[str, Any]]:
        """As the SDK takes it."""
        options: dict[str, Any] = {}
        if self.kind in (TransactionOperation.UPDATE, TransactionOperation.UPSERT):
            options["mode"] = UpdateMode.MERGE if self.merge else UpdateMode.REPLACE
        if self.etag is not None:
            options |= {"etag": self.etag, "match_condition": MatchConditions.IfNotModified}
        return self.kind, self.row, options


def create(row: Mapping[str, Any]) -> Write:
    """Clashes when the row exists."""
    return Write(TransactionOperation.CREATE, row)


def put(row: Mapping[str, Any]) -> Write:
    """Create or replace, whatever was there."""
    return Write(TransactionOperation.UPSERT, row)


def replace(row: Mapping[str, Any], etag: str) -> Write:
    return Write(TransactionOperation.UPDATE, row, etag)


def touch(partition: str, row: str, etag: str) -> Write:
    """Change nothing but the ETag: proves that nobody else wrote, and stops whoever read before."""
    return Write(TransactionOperation.UPDATE, {"PartitionKey": partition, "RowKey": row}, etag, merge=True)


def delete(partition: str, row: str, etag: str | None = None) -> Write:
    """Clashes when the row is gone."""
    return Write(TransactionOperation.DELETE, {"PartitionKey": partition, "RowKey": row}, etag)


def fits(writes: Sequence[Write]) -> bool:
    """Whether one transaction can hold them."""
    return len(writes) <= MOST_ROWS and sum(write.size for write in writes) <= MOST_BYTES


class Table:
    """A table of one account. Raises UnavailableError, RefusedError, and ClashError from `transact`. Thread-safe."""

    def __init__(self, service: TableServiceClient, name: str) -> None:
        self._service, self._name = service, name
        self._lock = threading.Lock()
        self._ready: TableClient | None = None

    def get(self, partition: str, row: str, select: Sequence[str] | None = None) -> TableEntity | None:
        """The row, or the named properties of it; None when there is none."""
        with self._translated():
            try:
                return self._client().get_entity(partition, row, select=list(select) if select else None)
            except ResourceNotFoundError as error:
                if _table_is_missing(error):
                    raise
                return None

    def rows(
        self, partition: str, first: str, beyond: str, select: Sequence[str] | None = None, page: int | None = None
    ) -> Iterator[TableEntity]:
        """Rows with first <= RowKey < beyond, in order, read `page` at a time (default: the service's 1000)."""
        with self._translated():
            yield from self._client().query_entities(
                "PartitionKey eq @partition and RowKey ge @first and RowKey lt @beyond",
                parameters={"partition": partition, "first": first, "beyond": beyond},
                select=list(select) if select else None,
                **({"results_per_page": page} if page else {}),
            )

    def transact(self, writes: Sequence[Write]) -> list[str]:
        """Store all of them or none; the new ETags in the same order ("" for what was deleted)."""
        with self._translated():
            done = self._client().submit_transaction([write.operation() for write in writes])
            return [str(item.get("etag", "")) for item in done]

    def _client(self) -> TableClient:
        with self._lock:
            if self._ready is None:
                self._ready = self._service.create_table_if_not_exists(self._name)
            return self._ready

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except HttpResponseError as error:
            if _table_is_missing(error):
                self._ready = None
            elif error.status_code in _CLASHES:
                raise ClashError(_first_line(error)) from error
            raise _known(error) from error
        except (AzureError, HTTPException) as error:
            raise UnavailableError(f"no connection: {_first_line(error)}", service="Table Storage") from error


def _known(error: HttpResponseError) -> OffboardingError:
    """The answer in the application's words."""
    status, code = error.status_code, _code(error)
    text = _first_line(error)
    # No status: no token was given. Below 400: something in between answered what is no answer of the service.
    if status is None or not 400 <= status < 500 or status in _PASSING or _table_is_missing(error):
        if status in (401, 403):
            text += " (the app's identity needs the role Storage Table Data Contributor on the storage account)"
        return UnavailableError(text, service="Table Storage", status=status, remote_code=code)
    return RefusedError(text, service="Table Storage", status=status, remote_code=code)


def _table_is_missing(error: HttpResponseError) -> bool:
    return _code(error) == "TableNotFound"


def _code(error: HttpResponseError) -> str:
    code = getattr(error, "error_code", None)
    return str(getattr(code, "value", code) or "")


def _first_line(error: Exception) -> str:
    """Without the signature of an address, which an exception of a lost connection may quote (I12)."""
    return _SIGNATURE.sub("sig=[secret]", str(error).splitlines()[0])[:300] if str(error) else type(error).__name__
