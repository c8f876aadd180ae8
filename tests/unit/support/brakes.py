"""What stops a write before it is sent: a dry run, mode plan, a protected customer."""

from __future__ import annotations

from shared.domain.errors import ModePlanError, ProtectedCustomerError, RefusedError

BRAKES = (RefusedError, ModePlanError, ProtectedCustomerError)
