"""A state's word without its spelling, and what each of Azure's words means."""

from shared.domain.holdings.model import HoldingStatus
from shared.domain.holdings.words import azure_status, plain
from tests.unit.domain.test_words import AZURE, spellings


def test_a_word_is_known_in_every_spelling() -> None:
    assert {plain(word) for word in ("cancelled", "Cancelled", " CANCELED ", "canceled")} == {"cancelled"}
    assert (plain(" PastDue "), plain("past_due"), plain(""), plain(None)) == ("pastdue", "past_due", "", "")


def test_azures_words_mean_their_states_and_no_other_word_means_one() -> None:
    for words, status in AZURE.items():
        assert {azure_status(word) for word in spellings(words)} == {status}, words
    for word in ("", "pending", "past-due-x", "none", "unknown"):
        assert azure_status(word) is HoldingStatus.UNKNOWN, word
