"""App Service Authentication as it is deployed: the roles that the app knows, and a front door without a way around."""

from __future__ import annotations

import json
import re
from pathlib import Path

from shared.domain.people.rights import Role

INFRA = Path(__file__).resolve().parents[3] / "infra"


def test_the_app_registration_gets_the_roles_that_the_app_knows_for_people_alone() -> None:
    roles = json.loads((INFRA / "app-roles.json").read_text(encoding="utf-8"))
    assert [one["value"] for one in roles] == [role.value for role in Role]
    assert len({one["id"] for one in roles}) == len(Role)
    assert all(one["allowedMemberTypes"] == ["User"] and one["isEnabled"] for one in roles)


def test_the_azure_cli_may_ask_for_the_one_scope() -> None:
    [scope] = json.loads((INFRA / "app-scope.json").read_text(encoding="utf-8"))["api"]["oauth2PermissionScopes"]
    [client] = json.loads((INFRA / "app-clients.json").read_text(encoding="utf-8"))["api"]["preAuthorizedApplications"]
    assert (scope["value"], scope["type"], scope["isEnabled"]) == ("user_impersonation", "User", True)
    assert client["delegatedPermissionIds"] == [scope["id"]]
    assert client["appId"] == "04b07795-8ddb-461a-bbee-02f9e1bf7b46", "the Azure CLI's own id, in every tenant"


def test_who_is_assigned_can_sign_in_because_somebody_consented_for_all() -> None:
    """Entra lets nobody consent for themselves to an application that requires assignment: nobody would get in."""
    page = (INFRA / "README.md").read_text(encoding="utf-8")
    part = page.partition("\n## People and roles\n")[2].partition("\n## ")[0]
    assert "appRoleAssignmentRequired=true" in part
    [granted] = re.findall(
        r'^    az ad app permission grant --id "\$id" --api (\S+) --scope "([^"]+)"', part, re.MULTILINE
    )
    assert granted[0] == "00000003-0000-0000-c000-000000000000", "Microsoft Graph's own id, in every tenant"
    assert set(granted[1].split()) == {"openid", "profile", "email"}, "who somebody is, and nothing else"


def test_without_a_client_id_it_is_switched_off_and_programs_pass_to_the_front_door() -> None:
    text = (INFRA / "modules" / "functionapp.bicep").read_text(encoding="utf-8")
    found = text[text.index("name: 'authsettingsV2'") :]
    assert "platform: { enabled: !empty(peopleClientId)" in found
    assert "unauthenticatedClientAction: 'AllowAnonymous'" in found
    assert "requireHttps: true" in found


def test_the_platforms_word_is_in_no_template() -> None:
    """WEBSITE_AUTH_ENABLED set by hand would be a lie that the app believes until it has tried it out."""
    for file in INFRA.rglob("*.bicep"):
        assert not re.search(r"WEBSITE_AUTH_ENABLED\s*:", file.read_text(encoding="utf-8")), file
