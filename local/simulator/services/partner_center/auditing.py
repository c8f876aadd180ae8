"""Writing the activity log. Source: "Get a record of Partner Center activity", "Audit operation types"."""

from dataclasses import dataclass

from local.simulator.services.call import Call
from local.simulator.tenant.records import AuditRecord, Customer


@dataclass(frozen=True, slots=True)
class Operation:
    """What was done: resource type, operation type, the changed properties, and whether it worked."""

    resource: str
    name: str
    changes: tuple[tuple[str, str], ...] = ()
    succeeded: bool = True


def audit(call: Call, customer: Customer, operation: Operation) -> None:
    """Append one record."""
    ordinal = len(call.store.audit) + 1
    correlation = call.request.header("ms-correlationid") or ""
    call.store.put(
        AuditRecord(
            id=f"{call.partner.tenant_id}_{customer.id}_{ordinal}",
            customer_id=customer.id,
            customer_name=customer.name,
            application_id=call.identity.app_id if call.identity else "",
            resource_type=operation.resource,
            operation_type=operation.name,
            at=call.now,
            status="succeeded" if operation.succeeded else "failed",
            correlation_id=correlation,
            data=operation.changes,
        )
    )
