import signal
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from channels.simulator.ledger import Fact, Ledger, Message, Search
from channels.simulator.story import Step

MOMENT = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)


def a_text(id_="SM1", **changes: object):
    plain = {
        "channel": "sms",
        "sender": "+17145550100",
        "recipient": "+14155550123",
        "body": "Hello",
        "reference": "r1",
        "accepted_at": MOMENT,
        "status": "queued",
        "detail": {"segments": 1},
    }
    return Message(id=id_, **{**plain, **changes})


@pytest.fixture
def ledger(tmp_path):
    made = Ledger(tmp_path / "deep" / "book.sqlite", lambda: MOMENT)
    yield made
    made.close()


def test_what_was_accepted_is_read_back_as_it_was(ledger):
    (kept,), _ = ledger.accept([(a_text(), [])])
    assert ledger.get("SM1") == kept == ledger.numbered(kept.seq)


def test_the_latest_status_counts(ledger):
    (kept,), _ = ledger.accept([(a_text(), [])])
    ledger.note([Fact(kept.seq, "status", "sent"), Fact(kept.seq, "status", "undelivered", "30003")])
    now = ledger.get("SM1")
    assert (now.status, now.code) == ("undelivered", "30003")


def test_the_words_of_a_call_are_what_was_spoken(ledger):
    (kept,), _ = ledger.accept([(a_text("CA1", channel="voice", body=""), [])])
    ledger.note([Fact(kept.seq, "spoken", "Hello."), Fact(kept.seq, "spoken", "Press 1.")])
    assert ledger.get("CA1").body == "Hello.\nPress 1."


def test_another_reader_sees_what_was_accepted_before_the_file_is_closed(ledger, tmp_path):
    ledger.accept([(a_text(), [])])
    with sqlite3.connect(tmp_path / "deep" / "book.sqlite") as other:
        assert other.execute("SELECT count(*) FROM messages").fetchone() == (1,)
    other.close()


@pytest.mark.parametrize("change", ["UPDATE messages SET body = ''", "DELETE FROM messages", "DELETE FROM facts"])
def test_the_book_cannot_be_changed(ledger, tmp_path, change):
    (kept,), _ = ledger.accept([(a_text(), [])])
    ledger.note([Fact(kept.seq, "status", "sent")])
    other = sqlite3.connect(tmp_path / "deep" / "book.sqlite")
    with pytest.raises(sqlite3.IntegrityError, match="only added to"):
        other.execute(change)
    other.close()


def test_unfinished_callbacks_are_found_after_a_restart(ledger, tmp_path):
    _, callbacks = ledger.accept([(a_text(), [Step("texts", 1, "sent"), Step("texts", 2, "delivered")])])
    ledger.settle([("done", callbacks[0].seq)])
    again = Ledger(tmp_path / "deep" / "book.sqlite", lambda: MOMENT)
    assert [left.step.status for left in again.pending()] == ["delivered"]
    (newer,), _ = again.accept([(a_text("SM2"), [])])
    assert newer.seq == 2
    again.close()


def test_dropped_callbacks_are_not_pending(ledger):
    (kept,), _ = ledger.accept([(a_text(), [Step("texts", 1, "sent")])])
    ledger.drop(kept.seq)
    assert ledger.pending() == []


def test_a_search_narrows_and_pages(ledger):
    ledger.accept([(a_text(f"SM{number}"), []) for number in range(5)])
    ledger.accept([(a_text("SMx", recipient="+15105550123"), [])])
    newest = ledger.search(Search(channel="sms", recipient="+14155550123", limit=2))
    assert [text.id for text in newest] == ["SM4", "SM3"]
    older = ledger.search(Search(recipient="+14155550123", before=newest[-1].seq))
    assert [text.id for text in older] == ["SM2", "SM1", "SM0"]


def test_a_conversation_holds_both_sides_of_one_phone(ledger):
    said = a_text("SM2", sender="+14155550123", recipient="+17145550100", direction="inbound")
    ledger.accept([(a_text(), []), (said, []), (a_text("SM3", recipient="+15105550123"), [])])
    assert [text.id for text in ledger.conversation("+14155550123")] == ["SM2", "SM1"]


@pytest.mark.parametrize("part", ["0123", "+14155550123"])
def test_a_person_is_found_on_either_side_by_a_part_of_the_address(ledger, part):
    said = a_text("SM2", sender="+14155550123", recipient="+17145550100", direction="inbound")
    ledger.accept([(a_text(), []), (said, []), (a_text("SM3", recipient="+15105550199"), [])])
    found = ledger.search(Search(person=part))
    assert [text.id for text in found] == ["SM2", "SM1"]
    assert {text.person for text in found} == {"+14155550123"}


def test_what_happened_to_a_message_is_told_in_order(ledger):
    (call, other), _ = ledger.accept([(a_text("CA1", channel="voice"), []), (a_text("CA2", channel="voice"), [])])
    happened = [Fact(call.seq, "spoken", "Hello."), Fact(call.seq, "pressed", "9", "by hand")]
    ledger.note([happened[0], Fact(other.seq, "spoken", "Another."), happened[1]])
    assert ledger.history(call.seq) == happened


def test_nothing_of_a_batch_is_kept_when_one_cannot_be_written(ledger):
    with pytest.raises(sqlite3.IntegrityError):
        ledger.accept([(a_text(), []), (a_text(), [])])
    assert ledger.search(Search()) == []


ENDLESS = """
import itertools, sys
from datetime import UTC, datetime
from pathlib import Path
from channels.simulator.ledger import Ledger, Message
moment = datetime(2026, 11, 22, tzinfo=UTC)
ledger = Ledger(Path(sys.argv[1]), lambda: moment)
for number in itertools.count():
    ledger.accept([(Message(f"SM{number}", "sms", "a", "b", "c", "d", moment, "queued"), [])])
    print(f"SM{number}", flush=True)
"""


def test_what_was_answered_survives_a_kill(tmp_path):
    path = tmp_path / "killed.sqlite"
    command = [sys.executable, "-c", ENDLESS, path]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:  # noqa: S603 -- our own program
        answered = [child.stdout.readline().strip() for _ in range(200)]
        child.send_signal(signal.SIGKILL)
        answered += [line.strip() for line in child.stdout if line.endswith("\n")]
    after = Ledger(path, lambda: MOMENT)
    assert all(after.get(id_) for id_ in answered)
    after.close()
