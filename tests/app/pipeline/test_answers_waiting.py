from datetime import timedelta

from tests.app.pipeline.world import NOW, OTHER_NUMBER, a_member


async def test_what_waits_is_listed_the_oldest_first_with_whose_number_it_may_be(world):
    await world.tell(a_member())
    await world.tell(a_member(), subject="M-2")
    await world.texts_us("My son was born")
    await world.at(NOW + timedelta(minutes=1))
    await world.texts_us("call me", sender=OTHER_NUMBER)
    await world.texts_us("HELP")
    rows = await world.services.answers_waiting.listed(world.agency.id)
    assert [(row["body"], row["meaning"], row["from"], row["member_refs"]) for row in rows] == [
        ("My son was born", "other", "*** *** 0002", ["M-1", "M-2"]),
        ("call me", "call", "*** *** 0003", []),
    ]


async def test_who_saw_to_it_first_is_kept(world):
    await world.texts_us("My son was born")
    waiting = world.services.answers_waiting
    [row] = await waiting.listed(world.agency.id)
    await waiting.done(world.agency.id, row["id"], by="Kim", note="called back")
    again = await waiting.done(world.agency.id, row["id"], by="Lee")
    assert (again["done_by"], again["note"]) == ("Kim", "called back")
    assert await waiting.listed(world.agency.id) == []
    assert [one["id"] for one in await waiting.listed(world.agency.id, done=True)] == [row["id"]]


async def test_a_page_goes_on_where_the_one_before_ended(world):
    for number in range(5):
        await world.at(NOW + timedelta(minutes=number))
        await world.texts_us(f"question {number}")
    waiting, found, after = world.services.answers_waiting, [], None
    while page := await waiting.listed(world.agency.id, after=after, limit=2):
        found += [row["body"] for row in page]
        after = page[-1]["received_at"], page[-1]["id"]
    assert found == [f"question {number}" for number in range(5)]


async def test_words_and_notes_are_sealed(world):
    await world.texts_us("my secret")
    [row] = await world.services.answers_waiting.listed(world.agency.id)
    await world.services.answers_waiting.done(world.agency.id, row["id"], by="Kim", note="a secret too")
    [held] = await world.rows("SELECT inbound::text AS text, note_sealed FROM inbound")
    assert "secret" not in held.text
    assert b"secret" not in held.note_sealed
