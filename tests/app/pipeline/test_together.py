"""What several ask for at once is done in one go, and each gets its own answer."""

import asyncio

import pytest

from app.errors import NotNow
from app.pipeline.together import Together


class AwayError(Exception):
    """The database is away."""


class Worker:
    """Notes what each go was about; the first one waits until it is let go."""

    def __init__(self) -> None:
        self.goes, self.may_go = [], asyncio.Event()

    async def __call__(self, key, items):
        self.goes.append((key, list(items)))
        if len(self.goes) == 1:
            await self.may_go.wait()
        if "away" in items:
            raise AwayError
        if "bad" in items:
            raise ValueError("bad")
        return [item.upper() for item in items]


@pytest.fixture
def worker():
    return Worker()


@pytest.fixture
def together(worker):
    return Together(worker, most=4, room=8, shared=(AwayError,))


async def asked(together, worker, *items, key="k", weight=1):
    """Let one go begin, let these ask meanwhile, and return what each got."""
    first = asyncio.create_task(together.do(key, "first"))
    await asyncio.sleep(0)
    rest = [asyncio.create_task(together.do(key, item, weight)) for item in items]
    await asyncio.sleep(0)
    worker.may_go.set()
    assert await first == "FIRST"
    return await asyncio.gather(*rest, return_exceptions=True)


async def test_whoever_comes_meanwhile_shares_the_next_go_and_gets_an_answer_of_its_own(together, worker):
    assert await asked(together, worker, "a", "b", "c") == ["A", "B", "C"]
    assert worker.goes == [("k", ["first"]), ("k", ["a", "b", "c"])]


async def test_one_go_bears_only_so_much(together, worker):
    await asked(together, worker, "a", "b", "c", "d", "e")
    assert [items for _, items in worker.goes] == [["first"], ["a", "b", "c", "d"], ["e"]]


async def test_who_is_too_much_for_one_go_goes_alone(together, worker):
    worker.may_go.set()
    assert await together.do("k", "a", weight=50) == "A"


async def test_a_fault_is_only_told_to_who_is_to_blame(together, worker):
    a, bad, c = await asked(together, worker, "a", "bad", "c")
    assert (a, c) == ("A", "C")
    assert isinstance(bad, ValueError)


async def test_while_the_database_is_away_everybody_is_told_to_come_again_after_one_go(together, worker):
    answers = await asked(together, worker, "a", "away", "c")
    assert [type(one) for one in answers] == [NotNow] * 3
    assert len(worker.goes) == 2


async def test_who_finds_too_many_waiting_is_sent_away_at_once(together, worker):
    *taken, refused = await asked(together, worker, *"abcdefgh")
    assert taken == list("ABCDEFG")
    assert isinstance(refused, NotNow)
    assert await together.do("k", "later") == "LATER"


async def test_who_comes_when_the_first_has_waited_too_long_is_sent_away_too(together, worker, monkeypatch):
    first, waits = (asyncio.create_task(together.do("k", item)) for item in ("first", "waits"))
    await asyncio.sleep(0)
    monkeypatch.setattr("app.pipeline.together.PATIENCE", -1)
    with pytest.raises(NotNow):
        await together.do("k", "late")
    worker.may_go.set()
    assert (await first, await waits, await together.do("k", "later")) == ("FIRST", "WAITS", "LATER")


async def test_others_do_not_wait_for_one_key(together, worker):
    slow = asyncio.create_task(together.do("slow", "a"))
    await asyncio.sleep(0)
    assert await together.do("quick", "b") == "B"
    worker.may_go.set()
    assert await slow == "A"


async def test_who_has_gone_away_harms_nobody(together, worker):
    first = asyncio.create_task(together.do("k", "first"))
    gone, stays = (asyncio.create_task(together.do("k", item)) for item in "ab")
    await asyncio.sleep(0)
    gone.cancel()
    worker.may_go.set()
    assert (await first, await stays) == ("FIRST", "B")
