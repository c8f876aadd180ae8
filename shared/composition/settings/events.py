"""How events name the deployment that they come from."""

from __future__ import annotations

import re

from shared.composition.settings.reader import GUID, Reader
from shared.domain.offboarding.identifiers import LOCAL_SOURCE

_REFERENCE = re.compile(r"[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]{1,200}")
"""The characters of a URI reference (RFC 3986), and as many as a subscription's filter takes."""


def read_event_source(reader: Reader) -> str:
    """What is set; in Azure else the app's own name there, with its subscription where the platform tells it."""
    name = "OFFBOARDING_EVENT_SOURCE"
    given, site = reader.optional(name), reader.optional("WEBSITE_SITE_NAME")
    # The platform's text is SUBSCRIPTION+RESOURCEGROUP-REGIONwebspace.
    subscription = reader.optional("WEBSITE_OWNER_NAME").partition("+")[0].lower()
    if given and not _REFERENCE.fullmatch(given):
        reader.problems.append(f"{name} must be a URI reference of at most 200 characters")
    if given or not site:
        return given or LOCAL_SOURCE
    place = f"/subscriptions/{subscription}" if GUID.fullmatch(subscription) else ""
    return f"{place}{LOCAL_SOURCE}/{site}"
