"""What a stage may return."""

from __future__ import annotations

import pytest

from shared.domain.codes import ReasonCode
from shared.pipeline.core.outcome import Attention


@pytest.mark.parametrize("what_to_do", ["", " \n"])
def test_attention_without_a_word_on_what_to_do_cannot_be_built(what_to_do: str) -> None:
    with pytest.raises(ValueError, match="too_many_faults says nothing about what to do"):
        Attention(ReasonCode.TOO_MANY_FAULTS, "Partner Center is down.", what_to_do)
