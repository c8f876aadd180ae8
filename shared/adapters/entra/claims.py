"""What an access token says of itself. Not validated: that is the service's part, here it only explains refusals."""

from __future__ import annotations

import base64
import binascii
import json

from shared.domain.errors import UnreadableAnswerError
from shared.ports.sign_in import Claims


def read_claims(token: str) -> Claims:
    """The claims of a JWT; raises UnreadableAnswerError for anything else (some services use opaque tokens)."""
    try:
        payload = token.split(".")[1]
        value = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        methods = value.get("amr") or []
        text = {
            name: str(value.get(name) or "") for name in ("aud", "tid", "appid", "azp", "upn", "idtyp", "unique_name")
        }
        return Claims(
            audience=text["aud"],
            tenant_id=text["tid"].lower(),
            application_id=(text["appid"] or text["azp"]).lower(),
            user=text["upn"] or text["unique_name"] or str(value.get("preferred_username") or ""),
            methods=frozenset(str(item) for item in methods)
            if isinstance(methods, list)
            else frozenset({str(methods)}),
            app_only=text["idtyp"] == "app" or ("scp" not in value and "roles" in value),
            scopes=frozenset(value["scp"].split()) if isinstance(value.get("scp"), str) else None,
        )
    except (IndexError, ValueError, AttributeError, binascii.Error):
        pass
    # Outside of the except block, so that no exception carries the token.
    raise UnreadableAnswerError("the access token cannot be read", service="Microsoft Entra")
