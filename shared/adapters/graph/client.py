"""GraphDelegatedAdmin: the DelegatedAdmin port over Microsoft Graph v1.0 (delegatedAdminRelationships).

Terminating takes minutes and sends an e-mail to both sides. A list mixes in the relationships that resellers asked for
through an indirect provider; they count like any other.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from shared.adapters.entra.claims import read_claims
from shared.adapters.http.call import Call, encoded, guid, segment
from shared.adapters.http.pages import odata_page, read_all
from shared.adapters.http.record import Record
from shared.adapters.http.service import ServiceClient
from shared.adapters.http.writes import written
from shared.domain.errors import RefusedError, UnreadableAnswerError
from shared.domain.holdings.records import Collection, DelegatedRelationship, WriteAnswer

RELATIONSHIPS = "/v1.0/tenantRelationships/delegatedAdminRelationships"
WRITE_SCOPE = "DelegatedAdminRelationship.ReadWrite.All"
NEVER_SENT = "created"
"""The only status in which Graph lets a relationship be deleted; everything later is asked to terminate."""


class GraphDelegatedAdmin:
    """Needs DelegatedAdminRelationship.ReadWrite.All in the partner's tenant."""

    def __init__(self, service: ServiceClient, partner_tenant_id: str) -> None:
        self._service = service
        self._tenant_id = guid("partnerTenantId", partner_tenant_id)

    def list_relationships(self, customer_id: str) -> Collection[DelegatedRelationship]:
        """Every state. The customer is checked in each item as well: a filter that was ignored must not put another
        customer's relationships into our hands (I6)."""
        query = {"$filter": f"customer/tenantId eq '{guid('customerId', customer_id)}'", "$top": "300"}
        call = Call("GET", RELATIONSHIPS, self._tenant_id, encoded(query))
        try:
            read = read_all(self._service, call, odata_page, lambda item: (_customer(item), relationship(item)))
        except RefusedError as error:
            if not _unknown_here(error):
                raise
            return Collection(())
        return Collection(tuple(item for owner, item in read.items if owner == customer_id.lower()))

    def may_terminate(self) -> bool:
        """By the token in use; one that cannot be read says nothing."""
        try:
            scopes = read_claims(self._service.token(self._tenant_id)).scopes
        except UnreadableAnswerError:
            return True
        return scopes is None or WRITE_SCOPE in scopes

    def terminate(self, relationship: DelegatedRelationship, request_id: str) -> WriteAnswer:
        """201 means asked for; one that was never approved is deleted, and gone at once (204)."""
        path = f"{RELATIONSHIPS}/{segment('relationshipId', relationship.id)}"
        identifier = guid("requestId", request_id)
        call = Call(
            "POST",
            f"{path}/requests",
            self._tenant_id,
            headers={"client-request-id": identifier},
            body={"action": "terminate"},
            effect=True,
            request_id=identifier,
        )
        if relationship.status.casefold() != NEVER_SENT:
            return written(self._service.exchange(call))
        headers = {**call.headers, "If-Match": relationship.etag or self._etag(path)}
        answer = self._service.exchange(replace(call, method="DELETE", path=path, headers=headers, body=None))
        return WriteAnswer(answer.status, "deleted, it was never approved")

    def _etag(self, path: str) -> str:
        call = Call("GET", path, self._tenant_id)
        read = relationship(Record(self._service.read(call), self._service.where(call)))
        if read.etag is None:
            raise UnreadableAnswerError(f"{self._service.where(call)}: expected an @odata.etag, got nothing")
        return read.etag


def relationship(record: Record) -> DelegatedRelationship:
    """One relationship; an absent status is "", which nothing takes as ended."""
    return DelegatedRelationship(
        id=record.required("id"),
        name=record.text("displayName") or "",
        status=record.text("status") or "",
        etag=record.text("@odata.etag"),
        created_at=_made(record),
        customer_name=record.child("customer").text("displayName") or "",
    )


def _made(record: Record) -> datetime | None:
    """Only told to people: an odd date must not keep a relationship from being ended."""
    try:
        return record.moment("createdDateTime")
    except UnreadableAnswerError:
        return None


def _unknown_here(refused: RefusedError) -> bool:
    """Some clouds have no delegated admin relationships at all: Graph then says that it knows no such segment."""
    return refused.status in (400, 404) and "segment" in refused.message.casefold()


def _customer(record: Record) -> str:
    return (record.child("customer").text("tenantId") or "").lower()
