"""Records of a later version: what can be read is kept whole, what cannot is left alone and is a case for a person.

So a version can be rolled back while offboardings wait.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from shared.adapters.stores import codec
from shared.adapters.stores.later import FORMAT
from shared.adapters.stores.sqlite import SqliteStore
from shared.contracts.views import offboarding_view
from shared.domain.codes import ReasonCode
from shared.domain.errors import NewerRecordError
from shared.domain.holdings.ledger import HoldingRecord
from shared.domain.holdings.model import Holding, HoldingKind, HoldingStatus
from shared.domain.offboarding.removal import RemovalIntent
from shared.domain.offboarding.states import Stage, Status
from shared.ports.store import Change, Filter, Stored
from tests.data.record_format import FILE, shape
from tests.unit.support.heads import NOW, head_of

MINOR, MAJOR = f"{FORMAT[0]}.{FORMAT[1] + 1}", f"{FORMAT[0] + 1}.0"
HEAD = replace(head_of(), removal=RemovalIntent(1, "r", NOW))
RECORD = HoldingRecord(Holding("a", HoldingKind.NCE_LICENCE, "a", "A", HoldingStatus.ACTIVE), NOW, NOW)


def later_head(form: str = MINOR, change: Callable[[dict[str, Any]], object] = lambda _: None) -> str:
    stored = json.loads(codec.dump_offboarding(HEAD))
    stored |= {"format": form, "colour": "blue"}
    stored["removal"]["witness"] = {"name": "Ada"}
    stored["request"]["urgency"] = 3
    change(stored)
    return json.dumps(stored)


def test_fields_of_a_later_version_are_kept_when_the_head_is_written() -> None:
    read = codec.load_offboarding(later_head())
    assert replace(read, later="") == HEAD

    changed = replace(read, attempt=read.attempt + 1, status=Status.WAITING, stage=Stage.VERIFY)
    written = json.loads(codec.dump_offboarding(changed))
    assert (written["format"], written["colour"]) == (MINOR, "blue")
    assert written["removal"]["witness"] == {"name": "Ada"}
    assert written["request"]["urgency"] == 3
    assert (written["attempt"], written["status"]) == (changed.attempt, "waiting")
    # Once more: what was written back is read like what the later version wrote.
    again = codec.load_offboarding(json.dumps(written))
    assert json.loads(again.later) == json.loads(read.later)
    assert replace(again, later=read.later) == changed


def test_what_stood_within_something_that_is_gone_goes_with_it() -> None:
    read = codec.load_offboarding(later_head())
    written = json.loads(codec.dump_offboarding(replace(read, removal=None)))
    assert written["removal"] is None
    assert written["colour"] == "blue"


def test_fields_of_a_later_version_are_kept_when_a_holding_is_written() -> None:
    stored = json.loads(codec.dump_holding(RECORD)) | {"format": MINOR, "shade": [1, 2]}
    stored["holding"]["weight"] = "7"
    read = codec.load_holding(json.dumps(stored))
    written = json.loads(codec.dump_holding(replace(read, stayed=True)))
    assert (written["shade"], written["holding"]["weight"], written["stayed"]) == ([1, 2], "7", True)
    assert replace(read, later="") == RECORD


def test_todays_form_has_nothing_that_is_kept() -> None:
    assert codec.load_offboarding(codec.dump_offboarding(HEAD)).later == ""
    assert codec.load_holding(codec.dump_holding(RECORD)).later == ""


UNREADABLE = {
    "another form": later_head(MAJOR),
    "a status that is not known": later_head(change=lambda head: head.update(status="pondering")),
    "a restriction that is not known": later_head(change=lambda head: head["request"].update(restrictions=["gently"])),
    "a moment in another form": later_head(MAJOR, lambda head: head.update(created_at={"year": 2030})),
}


@pytest.mark.parametrize("text", UNREADABLE.values(), ids=UNREADABLE)
def test_what_cannot_be_read_is_a_case_for_a_person(text: str) -> None:
    head = codec.load_offboarding(text)

    assert (head.id, head.status, head.stage, head.next_attempt_at) == (HEAD.id, Status.NEEDS_ATTENTION, None, None)
    assert head.reason is not None
    assert head.reason.code is ReasonCode.NEWER_RECORD
    assert json.loads(text)["format"] in head.reason.text
    assert head.request.request_id == HEAD.request.request_id
    assert head.customer_id == HEAD.customer_id
    assert offboarding_view(head, {}, [], NOW).status == "needs_attention"
    with pytest.raises(NewerRecordError):
        codec.dump_offboarding(replace(head, attempt=9))
    assert codec.copied_offboarding(head) == text


def test_what_has_ended_stays_ended_although_it_cannot_be_read() -> None:
    assert codec.load_offboarding(later_head(MAJOR, lambda head: head.update(status="removed"))).finished


def test_a_holding_that_cannot_be_read_is_not_guessed() -> None:
    stored = json.loads(codec.dump_holding(RECORD)) | {"format": MAJOR}
    with pytest.raises(NewerRecordError):
        codec.load_holding(json.dumps(stored))
    stored = json.loads(codec.dump_holding(RECORD)) | {"format": MINOR}
    stored["holding"]["kind"] = "hologram"
    with pytest.raises(NewerRecordError):
        codec.load_holding(json.dumps(stored))


def test_what_is_broken_and_no_later_version_s_is_no_case_of_this() -> None:
    stored = json.loads(codec.dump_offboarding(HEAD)) | {"status": "pondering"}
    with pytest.raises(ValueError, match="status"):
        codec.load_offboarding(json.dumps(stored))


def test_a_store_lists_it_and_changes_nothing_of_it(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "store.sqlite3")
    stored = store.commit(Change(HEAD, None))
    assert isinstance(stored, Stored)
    store._db.execute("UPDATE offboardings SET body = ?", (text := later_head(MAJOR),))

    (listed,) = store.find(Filter()).items
    assert listed.reason is not None
    assert listed.reason.code is ReasonCode.NEWER_RECORD
    found = store.load(HEAD.id)
    assert found is not None
    with pytest.raises(NewerRecordError):
        store.commit(Change(replace(found.offboarding, attempt=2), found.etag))
    assert store._db.execute("SELECT body FROM offboardings").fetchone() == (text,)
    store.close()


def test_whoever_changes_the_record_changes_its_format() -> None:
    """Raise the minor number of `FORMAT` for what is added, the major one for anything else, then run
    `python -m tests.data.record_format`."""
    assert shape() == FILE.read_text(encoding="utf-8").split()
