"""Customers (get a list of customers, get a customer by id)."""

from __future__ import annotations

from shared.adapters.http.record import Record
from shared.domain.holdings.records import CustomerProfile


def customer(record: Record) -> CustomerProfile:
    """One customer. Without a company profile name and domain are "", which equals nothing that a request names."""
    company = record.child("companyProfile")
    return CustomerProfile(
        id=record.required("id"),
        company_name=company.text("companyName") or "",
        domain=company.text("domain") or "",
        relationship=record.text("relationshipToPartner") or "",
        custom_domains=record.texts("customDomains"),
    )
