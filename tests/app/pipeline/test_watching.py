"""What Prometheus is told of the whole service."""

import pytest

from app.pipeline.watching import KEPT, Watching


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


class Counting:
    """A database that counts how often it is asked, and may be away."""

    def __init__(self, real):
        self._real, self.asked, self.away = real, 0, False

    def transaction(self, agency):
        self.asked += 1
        if self.away:
            raise OSError("db.example.org SECRET")
        return self._real.transaction(agency)

    def pool_use(self):
        return self._real.pool_use()


@pytest.fixture
def database(services):
    return Counting(services.database)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def watching(database, clock):
    return Watching(database, clock=clock)


async def test_the_process_and_the_whole_service_are_told_together(watching):
    text = (await watching.text()).decode()
    assert "keepcovered_jobs_total" in text
    assert "keepcovered_database_up 1.0" in text
    assert 'keepcovered_pool_connections{state="limit"} 20.0' in text


async def test_however_many_ask_the_database_is_asked_every_few_seconds(watching, database, clock):
    for _ in range(3):
        await watching.text()
    assert database.asked == 1
    clock.now += KEPT
    await watching.text()
    assert database.asked == 2


async def test_without_its_database_the_service_still_tells_of_itself(watching, database):
    database.away = True
    text = (await watching.text()).decode()
    assert "keepcovered_database_up 0.0" in text
    assert "process_cpu_seconds_total" in text
    assert "SECRET" not in text
