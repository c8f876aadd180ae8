"""What each refusal of Microsoft Entra means: its code leads to a cause and to the one thing that helps."""

import pytest

from shared.adapters.entra.meanings import PORTAL, TOKEN_REFUSALS, UNKNOWN, Meaning, meaning_of
from shared.domain.advice import CONSENT, DOCTOR, RESUME, Problem, action_of, advice_of

SIGN_IN_AGAIN = [
    "AADSTS700082",
    "AADSTS70008",
    "AADSTS70043",
    "AADSTS50173",
    "AADSTS50133",
    "AADSTS70000",
    "AADSTS9002313",
    "AADSTS50076",
    "AADSTS50074",
    "AADSTS50078",
    "AADSTS50034",
    "AADSTS50126",
    "AADSTS70020",
    "AADSTS65004",
    "invalid_grant",
    "interaction_required",
]

HELPS: dict[str, str] = dict.fromkeys(SIGN_IN_AGAIN, CONSENT) | {
    "AADSTS50079": f"register, then {CONSENT}",
    "AADSTS50020": "user of the partner's own tenant",
    "AADSTS50055": f"change it, then {CONSENT}",
    "AADSTS50057": "enable it",
    "AADSTS50105": "assign the user",
    "AADSTS53003": f"policy allow it, then {CONSENT}",
    "AADSTS7000215": "store the secret's value",
    "AADSTS7000222": "make a new one",
    "AADSTS700027": "upload the certificate",
    "AADSTS700024": "clock",
    "AADSTS700211": "managed identity as a federated credential",
    "AADSTS700213": "object id as the subject",
    "AADSTS7000218": "OFFBOARDING_CLIENT_AUTH",
    "AADSTS700025": "Allow public client flows",
    "AADSTS700016": "OFFBOARDING_CLIENT_ID",
    "AADSTS7000112": "enable it",
    "AADSTS90002": "OFFBOARDING_PARTNER_TENANT_ID",
    "AADSTS65001": "admin consent",
    "AADSTS650057": "add Microsoft Partner Center",
    "AADSTS500011": "fa3d9a0c-3fb0-42cc-9193-47c7ecd2edbd",
    "AADSTS70011": "OFFBOARDING_CLOUD",
    "consent_required": "grant admin consent",
    "invalid_client": "store a new one",
    "unauthorized_client": "check client id and tenant id",
}


@pytest.mark.parametrize("code", HELPS)
def test_a_code_leads_to_what_helps(code: str) -> None:
    found = meaning_of(code)

    assert found is not UNKNOWN
    assert HELPS[code] in found.action
    assert meaning_of("", code) == found
    assert meaning_of("AADSTS1", code) == found
    assert found.cause[0].isupper()
    assert not found.cause.endswith(".")


def test_the_table_has_no_other_code() -> None:
    assert TOKEN_REFUSALS.keys() == HELPS.keys()


@pytest.mark.parametrize("code", [code for code in HELPS if HELPS[code] == CONSENT])
def test_nothing_is_asked_but_the_sign_in_where_that_is_all(code: str) -> None:
    assert TOKEN_REFUSALS[code].action == CONSENT


def test_the_number_comes_before_the_word_and_an_unknown_one_is_told_too() -> None:
    assert meaning_of("AADSTS7000222", "invalid_client") == TOKEN_REFUSALS["AADSTS7000222"]
    assert meaning_of("AADSTS1", "unheard_of") is UNKNOWN
    assert meaning_of("") is UNKNOWN
    assert CONSENT in UNKNOWN.action


@pytest.mark.parametrize("meaning", [*TOKEN_REFUSALS.values(), UNKNOWN])
def test_advice_is_the_action_as_a_sentence_and_back(meaning: Meaning) -> None:
    assert meaning.advice == advice_of(meaning.action)
    assert meaning.advice[0].isupper()
    assert meaning.advice.endswith(RESUME)
    assert action_of(meaning.advice).lower() == meaning.action.lower()


def test_an_action_and_its_advice() -> None:
    assert RESUME == ", then resume."
    assert advice_of("store a new one") == "Store a new one, then resume."
    assert action_of("Store a new one, then resume.") == "Store a new one"
    assert action_of("Store a new one.") == "Store a new one"
    assert action_of("Store a new one") == "Store a new one"


def test_a_problem_is_one_line() -> None:
    problem = Problem("token", "AADSTS1", "It expired", "Nothing works", "sign in")

    assert problem.text == "It expired. Nothing works. What to do: sign in."
    assert "consent" in CONSENT
    assert "doctor" in DOCTOR
    assert "Entra" in PORTAL
