import pytest

from app.db import templates
from tests.app.db.standing import standing_in


@pytest.fixture
async def place(database_url):
    async with standing_in(database_url) as opened:
        yield opened
        opened.run("DELETE FROM template_version WHERE starts_with(key, 'a_')")


async def add(place, key, language, version, source):
    async with place.session(None) as session:
        await templates.add(session, key, language, version=version, source=source, review="native")


async def test_the_newest_version_of_each_key_and_language_is_current(place):
    for version, source in ((1, "old"), (2, "new")):
        await add(place, "a_welcome", "es", version, source)
    await add(place, "a_welcome", "en", 1, "hello")
    await add(place, "a_help", "en", 1, "help")
    async with place.session(place.orange) as session:
        found = [row for row in await templates.current(session) if row.key.startswith("a_")]
    assert [(row.key, row.language, row.version) for row in found] == [
        ("a_help", "en", 1), ("a_welcome", "en", 1), ("a_welcome", "es", 2),
    ]  # fmt: skip
    assert [bytes(row.digest) for row in found] == [templates.digest(text) for text in ("help", "hello", "new")]


async def test_old_versions_stay_as_they_were(place):
    for version, source in ((1, "old"), (2, "new")):
        await add(place, "a_welcome", "es", version, source)
    ids = [row["id"] for row in place.rows("SELECT id FROM template_version WHERE key = 'a_welcome' ORDER BY version")]
    async with place.session(place.orange) as session:
        assert {(row.id, row.source) for row in await templates.sources(session, ids)} == {
            (ids[0], "old"), (ids[1], "new"),
        }  # fmt: skip


async def test_the_mark_is_the_same_until_a_version_is_added(place):
    marks = []
    for version in (1, 1, 2):
        await add(place, "a_welcome", "es", version, "hello")
        async with place.session(place.orange) as session:
            marks.append(await templates.mark(session))
    assert marks[0] == marks[1] != marks[2]


async def test_a_version_is_never_written_over(place):
    await add(place, "a_welcome", "es", 1, "first")
    await add(place, "a_welcome", "es", 1, "second")
    assert [row["source"] for row in place.rows("SELECT source FROM template_version WHERE key = 'a_welcome'")] == [
        "first"
    ]


async def test_a_county_cannot_change_what_is_shipped(place):
    async with place.session(place.orange) as session:
        with pytest.raises(Exception, match="permission denied"):
            await templates.add(session, "a_welcome", "es", version=1, source="x", review="native")
