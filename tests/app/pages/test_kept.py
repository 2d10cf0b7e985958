"""What every page needs and hardly ever changes."""

import pytest

from app.db.transaction import AWAY, NoConnection
from app.pages.kept import Kept


class Source:
    def __init__(self, *answers):
        self.answers, self.looks = list(answers), 0

    async def look(self):
        self.looks += 1
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


async def test_it_is_looked_up_once_in_a_while():
    source = Source("a")
    kept = Kept(source.look, seconds=1000)
    assert [await kept.now(), await kept.now(), source.looks] == ["a", "a", 1]


async def test_what_is_old_is_looked_up_again():
    kept = Kept(Source("a", "b").look, seconds=-1)
    assert [await kept.now(), await kept.now()] == ["a", "b"]


async def test_while_the_database_is_away_the_old_one_serves():
    kept = Kept(Source("a", NoConnection(), ZeroDivisionError()).look, seconds=-1)
    assert [await kept.now(), await kept.now()] == ["a", "a"]
    with pytest.raises(ZeroDivisionError):
        await kept.now()


async def test_without_an_old_one_the_fault_is_told():
    with pytest.raises(AWAY):
        await Kept(Source(NoConnection()).look).now()
