"""One change in as few transactions as it needs: one, unless a large inventory was read.

What does not fit is written before the head, each time together with an untouched head under its ETag. So a writer
whose record was changed by somebody else stops at its first transaction, and never overwrites what is newer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from shared.adapters.stores.table.table import MOST_BYTES, MOST_ROWS, Table, Write, fits, touch
from shared.domain.errors import RefusedError


def write_in_order(table: Table, early: Sequence[Write], final: Sequence[Write]) -> str:
    """Store `final`, whose first row is the head, and before it, or together with it, `early`.

    Returns the head's new ETag; raises ClashError, and ValueError for a new head whose other rows do not fit.
    """
    head = final[0]
    if fits([*final, *early]):
        return table.transact([*final, *early])[0]
    if not fits(final):
        rows, size = len(final), sum(write.size for write in final)
        raise RefusedError(f"{rows} rows of {size} bytes are more than one transaction holds", service="Table Storage")
    if head.etag is None:
        raise ValueError("an offboarding is created without holdings, or with few")
    etag = head.etag
    partition, row = str(head.row["PartitionKey"]), str(head.row["RowKey"])
    for batch in _batches(early):
        etag = table.transact([touch(partition, row, etag), *batch])[0]
    return table.transact([Write(head.kind, head.row, etag), *final[1:]])[0]


def _batches(writes: Sequence[Write]) -> Iterator[list[Write]]:
    batch: list[Write] = []
    room = MOST_BYTES
    for write in writes:
        if batch and (len(batch) == MOST_ROWS - 1 or write.size > room):
            yield batch
            batch, room = [], MOST_BYTES
        batch.append(write)
        room -= write.size
    if batch:
        yield batch
