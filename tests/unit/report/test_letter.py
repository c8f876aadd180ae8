"""The letter to the customer, in each language: what ended, what survives and how to delete it, how to begin again."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from local.simulator.scenario import builder as b
from local.world.world import World
from shared.domain.errors import InvalidRequestError
from shared.domain.holdings.delegated import invitation
from shared.domain.holdings.model import HoldingKind
from shared.domain.holdings.records import DelegatedRelationship
from shared.domain.holdings.survivors import survivors
from shared.domain.offboarding.states import Status
from shared.domain.people.actor import known_by_name
from shared.operations.withdraw import CalledOff, withdraw
from shared.report.languages import Fate, Language, Opening, Words
from shared.report.leftovers import survivor
from shared.report.letter import WORDS
from shared.report.report import report
from tests.unit.support.worlds import head

EVERYTHING = b.customer(
    "Müller & Söhne <b>KG</b>",
    b.legacy(name="Office 365 E1"),
    b.nce(name="Microsoft 365 E3", started="-P1D", quantity=25),
    b.azure_plan(2, name="Azure plan"),
    b.reservation(),
    domain="mueller.onmicrosoft.com",
)
GROUPS = ("openings", "fates", "kinds")
INVITED = tuple(
    invitation(DelegatedRelationship(id="g-1", name="Help: desk", status="approvalPending", created_at=at))
    for at in (None, datetime(2026, 6, 1, tzinfo=UTC))
)
GOES_ON = "The delegated admin relationship (GDAP) Help desk goes on (active)."
WAITING = b.customer("Waiting", b.nce(name="F3", started="-P40D", quantity=5))


def letter(world: World, request: str, language: str, **query: str) -> str:
    found = report(
        world.offboarding(request).id, "", {"for": "customer", "language": language, **query}, world.services
    )
    assert found is not None
    assert found.media_type == "text/html"
    return found.content.decode()


@pytest.fixture(scope="module")
def removed() -> tuple[World, str]:
    world = World(EVERYTHING)
    request = world.ask(EVERYTHING, requestId="r-1", reason="internal: they do not pay", requestedBy="maria@partner")
    world.run()
    assert world.offboarding(request).status is Status.REMOVED
    return world, request


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ["that made this possible ended on 1 June 2026, 09:14.", "25 × <bdi>Microsoft 365 E3</bdi>"]),
        ("de", ["die das möglich machte, endete am 01.06.2026, 09:14 Uhr.", "gekündigt am", "angehalten am"]),
    ],
)
def test_it_says_what_ended_what_survives_and_how_to_begin_again(
    removed: tuple[World, str], language: str, said: list[str]
) -> None:
    page = letter(*removed, language)
    assert f'<html lang="{language}">' in page
    assert all(words in page for words in said)
    assert "Foreign Principal" in page
    assert "https://" in page
    assert "<b>KG</b>" not in page
    assert "Müller &amp; Söhne &lt;b&gt;KG&lt;/b&gt;" in page


@pytest.mark.parametrize("language", list(Language))
def test_it_says_nothing_that_is_the_partners_own(removed: tuple[World, str], language: Language) -> None:
    page = letter(*removed, language.value)
    assert not re.search(r"maria|do not pay|refund|Erstattung|USD|blocker|digest|evidence", page)
    assert "<script" not in page


@pytest.mark.parametrize(("language", "words"), [("en", "runs on until its term ends"), ("de", "besteht noch")])
def test_of_one_that_waits_it_says_that_nothing_has_ended(language: str, words: str) -> None:
    world = World(WAITING)
    request = world.ask(WAITING)
    world.run(for_at_most=timedelta(hours=1))
    assert words in letter(world, request, language)


def test_of_one_that_was_called_off_it_says_that_the_relationship_goes_on() -> None:
    world = World(WAITING)
    request = world.ask(WAITING)
    world.run(for_at_most=timedelta(hours=1))
    withdraw(world.offboarding(request).id, CalledOff(known_by_name("Otto"), "they stay"), world.services)
    world.run(for_at_most=timedelta(hours=1))
    assert world.offboarding(request).status is Status.WITHDRAWN
    page = letter(world, request, "de")
    assert "Unsere Handelspartnerbeziehung mit" in page
    assert "Sie besteht weiter" in page
    assert not re.search("Das Ende|Einladung|löschen", page)


def test_what_was_bought_is_counted_as_it_was_and_what_went_back_is_not_called_cancelled(
    removed: tuple[World, str],
) -> None:
    page = letter(*removed, "de")
    assert "0 ×" not in page
    assert "zurückgegeben am" in page
    assert re.search(r"angehalten am \d\d\.\d\d\.\d{4}", page)


@pytest.mark.parametrize("language", list(Language))
def test_each_language_has_every_word(language: Language) -> None:
    words = WORDS[language]
    assert set(words.kinds) == set(HoldingKind)
    assert set(words.fates) == set(Fate)
    assert set(words.openings) == set(Opening)
    assert sentences(words).keys() == sentences(WORDS[Language.ENGLISH]).keys()
    for name, text in sentences(WORDS[Language.ENGLISH]).items():
        assert text
        assert places(sentences(words)[name]) == places(text), name
        assert language is Language.ENGLISH or sentences(words)[name] != text


def sentences(words: Words) -> dict[str, str]:
    """Every sentence by its name."""
    found: dict[str, str] = {}
    for name in words.__dataclass_fields__:
        value = getattr(words, name)
        found |= {f"{name}.{key}": text for key, text in value.items()} if name in GROUPS else {name: value}
    return found


def places(text: str) -> list[str]:
    return sorted(re.findall(r"\{\w+\}", text))


def test_each_sentence_about_a_survivor_is_translated_and_says_how(removed: tuple[World, str]) -> None:
    world, request = removed
    records = world.store.holdings(world.offboarding(request).id)
    recorded = {*survivors(records), *survivors({}, gdap_stays=True), *INVITED, GOES_ON}
    assert len(recorded) >= 7
    for sentence in recorded:
        german, english = survivor(sentence, Language.GERMAN), survivor(sentence, Language.ENGLISH)
        assert german.text != sentence
        assert german.how
        assert "the partner" not in f"{english.text} {english.how}"
        assert english.how
    unknown = survivor("Something new.", Language.GERMAN)
    assert (unknown.text, unknown.how) == ("Something new.", "")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"for": "nobody"}, "for"),
        ({"for": "customer", "language": "fr"}, "language"),
        ({"language": "de"}, "language"),
        ({"lang": "de"}, "lang"),
    ],
)
def test_what_is_not_known_is_refused_by_name(removed: tuple[World, str], query: dict[str, str], field: str) -> None:
    world, request = removed
    with pytest.raises(InvalidRequestError) as refused:
        report(head(world, world.offboarding(request).id).id, "", query, world.services)
    assert refused.value.field == field
