import pytest

from channels.contract import TryLater
from channels.smtp import pool as pools
from channels.smtp.pool import Pool
from channels.smtp.relay import Shut

SOON = 5.0


@pytest.fixture
async def pool(relay):
    made = Pool(relay.reached_by(), 2)
    yield made
    await made.close()


async def test_a_connection_that_was_given_back_is_used_again(pool, relay):
    link = await pool.take(SOON)
    assert not link.used
    pool.give_back(link)
    assert await pool.take(SOON) is link
    assert link.used
    assert relay.connections == 1
    link.drop()


async def test_a_connection_that_is_gone_is_not_kept(pool, relay):
    link = await pool.take(SOON)
    link.drop()
    pool.give_back(link)
    other = await pool.take(SOON)
    assert other is not link
    other.drop()


async def test_a_connection_that_lay_idle_for_long_is_not_trusted(pool, monkeypatch):
    link = await pool.take(SOON)
    pool.give_back(link)
    monkeypatch.setattr(pools, "IDLE_FOR", 0)
    other = await pool.take(SOON)
    assert (other is link, link.alive) == (False, False)
    other.drop()


async def test_a_relay_that_does_not_let_us_in_is_left_alone_for_a_while(pool, relay, monkeypatch):
    relay.says["hello"] = "554 5.7.1 go away"
    for _ in range(3):
        with pytest.raises(Shut) as shut:
            await pool.take(SOON)
        assert shut.value.outcome == TryLater("misconfigured", "554 5.7.1")
    assert relay.connections == 1
    del relay.says["hello"]
    pool._shut = (TryLater("misconfigured"), 0.0)  # noqa: SLF001  (the while is over)
    link = await pool.take(SOON)
    assert link.alive
    link.drop()
