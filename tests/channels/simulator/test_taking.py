import asyncio
import sqlite3

import pytest

from channels.simulator.ledger import Ledger
from channels.simulator.sender import Sender
from channels.simulator.taking import Taking
from tests.channels.simulator.conftest import MOMENT
from tests.channels.simulator.test_ledger import a_text


@pytest.fixture
def ledger(tmp_path):
    made = Ledger(tmp_path / "book.sqlite", lambda: MOMENT)
    yield made
    made.close()


async def test_each_gets_its_own_messages_back(ledger):
    taking = Taking(ledger, Sender(ledger, lambda: MOMENT))
    wanted = [[a_text("SM1")], [a_text("SM2"), a_text("SM3")], []]
    taken = await asyncio.gather(*(taking.take([(text, []) for text in texts]) for texts in wanted))
    assert [[text.id for text in texts] for texts in taken] == [["SM1"], ["SM2", "SM3"], []]
    assert [text.seq for texts in taken for text in texts] == [1, 2, 3]


async def test_what_arrives_together_is_written_in_one_commit(ledger, monkeypatch):
    commits = []
    accept = ledger.accept
    monkeypatch.setattr(ledger, "accept", lambda accepted: commits.append(len(accepted)) or accept(accepted))
    taking = Taking(ledger, Sender(ledger, lambda: MOMENT))
    await asyncio.gather(*(taking.take([(a_text(f"SM{number}"), [])]) for number in range(5)))
    await taking.take([(a_text("later"), [])])
    assert commits == [5, 1]


async def test_a_commit_that_fails_is_heard_of_by_all(ledger):
    taking = Taking(ledger, Sender(ledger, lambda: MOMENT))
    twice = [taking.take([(a_text(), [])]) for _ in range(2)]
    results = await asyncio.gather(*twice, return_exceptions=True)
    assert [type(result) for result in results] == [sqlite3.IntegrityError] * 2


async def test_a_client_that_has_gone_leaves_an_accepted_message(ledger):
    taking = Taking(ledger, Sender(ledger, lambda: MOMENT))
    gone = asyncio.ensure_future(taking.take([(a_text(), [])]))
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.gather(gone, return_exceptions=True)
    await asyncio.sleep(0)
    assert ledger.get("SM1") is not None
