"""Single events that come at about the same time share transactions, and each still gets its own answer."""

import asyncio
from collections import Counter

import psycopg
import pytest

from app.pipeline.together import Together

POISON = """
    CREATE FUNCTION refuse_poison() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN IF NEW.event_id = 'poison' THEN RAISE EXCEPTION 'a fault of the database'; END IF; RETURN NEW; END $$;
    CREATE TRIGGER poison BEFORE INSERT ON county_event FOR EACH ROW EXECUTE FUNCTION refuse_poison();
"""
CURE = "DROP TRIGGER poison ON county_event; DROP FUNCTION refuse_poison()"


@pytest.fixture
def poisoned(clean_url, services):
    """Let the database fail at one event."""
    with psycopg.connect(clean_url, autocommit=True) as connection:
        connection.execute(POISON)
        yield
        connection.execute(CURE)


@pytest.fixture
def goes(services, monkeypatch):
    """Note how many events each transaction is about."""
    noted, apply = [], services.intake.apply

    async def noting(agency, events, **more):
        noted.append(len(events))
        return await apply(agency, events, **more)

    monkeypatch.setattr(services.intake, "apply", noting)
    return noted


async def test_duplicates_conflicts_and_mistakes_among_them_each_get_their_own_answer(send, an_event, goes):
    news = [an_event(id=f"e-{number}", subject=f"M-{number}") for number in range(30)]
    answers = await asyncio.gather(
        *map(send, news), send(news[0]), send(an_event(id="e-1", subject="M-1", data={"first_name": "Eva"})),
        send(an_event(id="e-30", data={"zip": "no zip"})), send(an_event(id="e-31", time="2099-01-01T00:00:00Z")),
    )  # fmt: skip
    *new, again, conflict, mistaken, future = answers
    told = [one.json()["results"][0]["status"] for one in new]
    assert Counter([*told, again.json()["results"][0]["status"]]) == {"applied": 30, "duplicate": 1}
    assert [one.json()["results"][0]["id"] for one in new] == [one["id"] for one in news]
    assert (conflict.status_code, mistaken.status_code, future.status_code) == (409, 422, 422)
    assert conflict.json()["type"].endswith("event-conflict")
    assert future.json()["type"].endswith("event-from-the-future")
    assert len(goes) < len(answers) / 2


async def test_of_two_at_once_the_later_time_wins_whichever_came_first(send, api, an_event):
    later = an_event(id="e-2", time="2026-11-01T19:00:00Z", data={"first_name": "Later"})
    earlier = an_event(id="e-1", time="2026-11-01T18:00:00Z", data={"first_name": "Earlier"})
    await asyncio.gather(send(later), send(earlier))
    assert (await api.get("/v1/members/M-1")).json()["first_name"] == "Later"


@pytest.mark.usefixtures("poisoned")
async def test_a_fault_of_the_database_about_one_event_is_no_fault_of_the_others(send, an_event):
    news = [an_event(id=f"e-{number}", subject=f"M-{number}") for number in range(7)]
    poisoned, *fine = await asyncio.gather(send(an_event(id="poison", subject="M-9")), *map(send, news))
    assert poisoned.status_code == 500
    assert [one.status_code for one in fine] == [200] * 7
    assert [one.json()["results"] for one in fine] == [[{"id": one["id"], "status": "applied"}] for one in news]


async def test_when_too_many_wait_the_next_one_is_told_to_come_again(send, an_event, services):
    async def never(_agency, _requests):
        await asyncio.Event().wait()

    services.intake._together = Together(never, most=1, room=1)  # noqa: SLF001  (a queue that is full)
    waits = asyncio.create_task(send(an_event(id="e-0")))
    while not services.intake._together._weight:  # noqa: SLF001
        await asyncio.sleep(0)
    refused = await send(an_event())
    assert refused.status_code == 503
    assert refused.headers["Retry-After"] == "2"
    assert refused.json()["type"].endswith("/problems/not-now")
    waits.cancel()


async def test_the_same_key_gets_the_same_answer_among_others(send, an_event):
    first = await send(an_event(), **{"Idempotency-Key": "k-1"})
    again, *_ = await asyncio.gather(
        send(an_event(), **{"Idempotency-Key": "k-1"}), *(send(an_event(id=f"e-{n}")) for n in range(2, 5))
    )
    assert again.json() == first.json()
    assert again.headers["Idempotent-Replayed"] == "true"
