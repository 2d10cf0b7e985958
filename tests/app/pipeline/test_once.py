"""Once: one key, one piece of work."""

import asyncio
import itertools

import pytest

from app.errors import NotNow
from app.pipeline.once import Answered, KeyInUse, KeyReused


async def test_work_is_done_once_and_told_again(services, agency):
    done = []

    async def work():
        done.append(1)
        return {"n": len(done)}

    first = await services.once.answer(agency.id, "k", b"d", work)
    again = await services.once.answer(agency.id, "k", b"d", work)
    other = await services.once.answer(agency.id, "k", b"other", work)
    assert first == Answered({"n": 1})
    assert again == Answered({"n": 1}, replayed=True)
    assert other == KeyReused()
    assert done == [1]


async def test_of_many_at_once_one_works(services, agency):
    finish = asyncio.Event()

    async def work():
        await finish.wait()
        return {}

    callers = [asyncio.create_task(services.once.answer(agency.id, "k", b"d", work)) for _ in range(4)]
    turned_away = [await one for one in itertools.islice(asyncio.as_completed(callers), 3)]
    finish.set()
    assert turned_away == [KeyInUse()] * 3
    assert (await asyncio.gather(*callers)).count(Answered({})) == 1


async def test_when_too_many_wait_the_next_one_is_told_to_come_again(services, agency, monkeypatch):
    monkeypatch.setattr("app.pipeline.once.MAY_WAIT", 1)
    finish = asyncio.Event()

    async def work():
        await finish.wait()
        return {}

    first = asyncio.create_task(services.once.answer(agency.id, "k", b"d", work))
    await asyncio.sleep(0)
    with pytest.raises(NotNow):
        await services.once.answer(agency.id, "other", b"d", work)
    finish.set()
    assert await first == Answered({})


async def test_work_that_fails_leaves_no_answer(services, agency):
    async def fail():
        raise LookupError

    async def work():
        return {}

    with pytest.raises(LookupError):
        await services.once.answer(agency.id, "k", b"d", fail)
    assert await services.once.answer(agency.id, "k", b"d", work) == Answered({})
