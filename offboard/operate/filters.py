"""Which offboardings: the options of whatever lists them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

import typer

from offboard.operate.arguments import moment_of

Status = Annotated[str, typer.Option("--status", metavar="S,...", help="only these, such as needs_attention,waiting")]
Customer = Annotated[str, typer.Option("--customer", metavar="TENANT", help="only of this customer (tenant id)")]
RequestId = Annotated[str, typer.Option("--request-id", metavar="R", help="only the one of this request")]
RequestedBy = Annotated[str, typer.Option("--requested-by", metavar="WHO", help="only what they asked for")]
Text = Annotated[str, typer.Option("--text", metavar="T", help="only where names, domains, ids or reasons contain it")]
Since = Annotated[
    str, typer.Option("--updated-since", metavar="TIME", help="only what has changed since this day or time (UTC)")
]
Due = Annotated[
    str, typer.Option("--due-before", metavar="TIME", help="only what is due before this day or time (UTC)")
]
Product = Annotated[
    str,
    typer.Option(
        "--product",
        metavar="P",
        help="only with a holding of it: part of a product's name, or an SKU, subscription or order id",
    ),
]
NeedsMe = Annotated[
    bool, typer.Option("--needs-me", help="only what needs a person now, as the console's first page has it")
]
NoDryRuns = Annotated[bool, typer.Option("--no-dry-runs", help="without dry runs (plans)")]
Batch = Annotated[str, typer.Option("--batch", metavar="ID", help="only of this batch")]


@dataclass(frozen=True, slots=True)
class Filters:
    """As they were typed; nothing for those that were not."""

    status: Status = ""
    customer: Customer = ""
    request_id: RequestId = ""
    requested_by: RequestedBy = ""
    text: Text = ""
    updated_since: Since = ""
    due_before: Due = ""
    batch: Batch = ""
    product: Product = ""
    needs_me: NeedsMe = False
    no_dry_runs: NoDryRuns = False

    @property
    def wishes(self) -> Mapping[str, str]:
        """The parameters of the interface."""
        named = {
            "status": self.status,
            "customerTenantId": self.customer,
            "requestId": self.request_id,
            "requestedBy": self.requested_by,
            "text": self.text,
            "updatedSince": moment_of(self.updated_since),
            "dueBefore": moment_of(self.due_before),
            "batchId": self.batch,
            "product": self.product,
            "needsMe": "true" if self.needs_me else "",
            "dryRun": "false" if self.no_dry_runs else "",
        }
        return {name: value for name, value in named.items() if value}
