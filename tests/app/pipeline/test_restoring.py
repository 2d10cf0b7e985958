from dataclasses import replace
from datetime import timedelta

import pytest

from app.rules.epochs import Count
from app.wiring.beside import EPOCH, BesideFile
from channels.contract import CannotSay
from channels.listing import Listed, ListedPage
from channels.signals import Status
from tests.app.pipeline.world import EMAIL, NINE, NUMBER, OTHER_NUMBER, OURS, SMS, TEN, VOICE, a_member, phone

KEPT = ("epoch", "message", "attempt", "receipt", "replan")
"""What a backup of this little county has to hold."""
PUT_BACK = "TRUNCATE message, attempt, receipt, epoch, replan"


@pytest.fixture
async def backup(world):
    """Ana's messages, planned and backed up a moment before they are due; return what puts the backup back."""
    await world.planned()
    await world.services.restoring.count()
    await world.at(NINE)
    for table in KEPT:
        await world.rows(f"CREATE TABLE kept_{table} AS TABLE {table}")

    async def put_back():
        await world.rows(PUT_BACK)
        for table in KEPT:
            names = (
                "SELECT string_agg(quote_ident(column_name), ',') AS n FROM information_schema.columns"
                " WHERE table_name = %(table)s"
            )
            [row] = await world.rows(names, table=table)
            insert = "INSERT INTO {0} ({1}) OVERRIDING SYSTEM VALUE SELECT {1} FROM kept_{0}"
            await world.rows(insert.format(table, row.n))

    yield put_back
    for table in KEPT:
        await world.rows(f"DROP TABLE kept_{table}")


def in_the_list(world, channel=SMS, **changes):
    """Return what a provider's list says of the messages that it was sent."""
    said = {"at": NINE, "status": Status.DELIVERED, "sender": OURS, **changes}
    return [Listed(f"L-{number}", one.to, words=one.body, **said)
            for number, one in enumerate(world.fakes[channel].sent)]  # fmt: skip


def lists(world, channel, entries):
    """Let a provider list what it has, one on a page."""
    fake = world.fakes[channel]
    fake.capabilities = replace(fake.capabilities, can_list=True)

    async def listed(_since, following=""):
        place = int(following or 0)
        page = entries[place : place + 1]
        return ListedPage(page, str(place + 1) if place + 1 < len(entries) else "")

    fake.listed = listed


async def test_a_database_in_peace_counts_and_sends(world, backup):
    assert await world.deliver(SMS) == 1
    assert (await world.services.restoring.standing()).held == ()


async def test_after_an_older_state_was_put_back_nothing_is_sent(world, backup):
    await world.deliver(SMS, EMAIL)
    await backup()
    assert await world.deliver(SMS, EMAIL, VOICE) == 0
    standing = await world.services.restoring.standing()
    assert set(standing.held) == {"sms", "email", "voice"}
    assert "restored from a backup" in standing.why
    assert [len(world.fakes[channel].sent) for channel in (SMS, EMAIL)] == [1, 1]


async def test_what_the_providers_list_has_is_taken_for_sent_and_never_sent_again(world, backup):
    await world.deliver(SMS)
    lists(world, SMS, in_the_list(world))
    await backup()
    assert await world.deliver(SMS) == 0
    await world.services.upkeep.run()
    assert set((await world.services.restoring.standing()).held) == {"email", "voice"}
    assert await world.deliver(SMS) == 0
    assert (await world.end(SMS), len(world.fakes[SMS].sent)) == ("delivered", 1)
    [attempt] = await world.rows("SELECT state, proof, provider_id FROM attempt")
    assert attempt == ("accepted", "list", "L-0")


async def test_what_the_providers_list_does_not_have_is_sent_once_its_channel_is_let_go(world, backup):
    await world.planned(a_member(phones=(phone(OTHER_NUMBER),), emails=()), subject="M-2")
    await world.deliver(SMS)
    lists(world, SMS, [one for one in in_the_list(world) if one.to == NUMBER])
    await backup()
    await world.deliver(SMS)
    await world.services.upkeep.run()
    await world.planned(a_member(phones=(phone(OTHER_NUMBER),), emails=()), subject="M-2")
    await world.deliver(SMS)
    assert sorted(world.fakes[SMS].numbers) == [NUMBER, OTHER_NUMBER]


async def test_a_reminder_that_is_planned_only_after_the_restore_is_not_sent_twice_either(world, backup):
    """The county told of it after the backup, and tells it once more."""
    newcomer = a_member(phones=(phone(OTHER_NUMBER),), emails=())
    await world.planned(newcomer, subject="M-2")
    await world.deliver(SMS)
    lists(world, SMS, in_the_list(world))
    await backup()
    await world.deliver(SMS)
    await world.services.upkeep.run()
    await world.rows("INSERT INTO replan SELECT agency_id, id FROM renewal ON CONFLICT DO NOTHING")
    await world.plan()
    await world.at(TEN)
    await world.deliver(SMS)
    assert sorted(world.fakes[SMS].numbers) == [NUMBER, OTHER_NUMBER]
    assert await world.end(SMS) == "delivered, delivered"


async def test_a_list_that_cannot_be_read_to_its_end_lets_nothing_go(world, backup):
    await world.deliver(SMS)
    pages = [ListedPage(in_the_list(world), "1"), CannotSay("HTTP 503")]

    async def listed(_since, _following=""):
        return pages.pop(0)

    world.fakes[SMS].listed = listed
    await backup()
    await world.deliver(SMS)
    await world.services.upkeep.run()
    assert "sms" in (await world.services.restoring.standing()).held


async def test_without_a_list_a_person_decides_and_what_was_due_meanwhile_is_unknown(world, backup):
    await world.deliver(EMAIL)
    await backup()
    await world.deliver(EMAIL)
    await world.services.restoring.confirm(nothing_lost=False)
    assert await world.deliver(EMAIL) == 0
    assert (await world.end(EMAIL), len(world.fakes[EMAIL].sent)) == ("unknown database_restored", 1)


async def test_what_falls_due_after_the_persons_word_is_sent(world, backup):
    await world.deliver(SMS)
    await backup()
    await world.deliver(SMS, VOICE)
    await world.services.restoring.confirm(nothing_lost=False)
    await world.at(TEN)
    await world.deliver(VOICE)
    assert await world.end(VOICE) == "sent"


async def test_a_person_who_knows_that_nothing_was_lost_lets_everything_go(world, backup):
    await world.rows("UPDATE epoch SET system = 'another'")
    assert await world.deliver(SMS) == 0
    before = await world.services.restoring.confirm(nothing_lost=True)
    assert "another server" in before.why
    assert await world.deliver(SMS) == 1


async def test_what_is_in_doubt_and_stands_in_the_list_is_left_to_its_look_up(world, backup):
    await world.deliver(SMS)
    await world.rows("UPDATE attempt SET state = 'unclear', provider_id = NULL")
    await world.rows("UPDATE epoch SET held = '{sms}', held_because = 'older', held_from_on_machine = noted_on_machine")
    lists(world, SMS, in_the_list(world))
    assert await world.services.restoring.run() == 0
    assert (await world.services.restoring.standing()).held == ()


@pytest.mark.parametrize(("later", "kept"), [(10, []), (120, [("voice", 1)])])
async def test_a_call_in_doubt_has_no_words_to_be_known_by_and_is_left_to_its_look_up_by_its_time(
    world, backup, later, kept
):
    await world.at(TEN)
    await world.deliver(VOICE)
    await world.rows("UPDATE attempt SET state = 'unclear', provider_id = NULL")
    [tried] = await world.rows("SELECT intended_on_machine AS at FROM attempt")
    [call] = world.fakes[VOICE].sent
    entries = in_the_list(world, VOICE, sender=call.sender, at=tried.at + timedelta(seconds=later))
    lists(world, VOICE, [replace(one, words="") for one in entries])
    await world.rows("UPDATE epoch SET number = 0")
    await world.services.restoring.count()
    await world.services.restoring.run()
    found = await world.rows("SELECT channel, count(*) AS n FROM gone_out GROUP BY 1")
    assert [(row.channel, row.n) for row in found] == kept


async def test_a_sender_of_nobody_here_is_none_of_ours(world, backup):
    await world.deliver(SMS)
    lists(world, SMS, in_the_list(world, sender="+12025550100"))
    await backup()
    await world.services.restoring.count()
    assert await world.services.restoring.run() == 0
    assert set((await world.services.restoring.standing()).held) == {"email", "voice"}


async def test_a_database_that_sent_before_it_counted_is_an_older_state_beside_a_copy(world):
    await world.sent()
    await world.rows("DELETE FROM epoch")
    BesideFile(world.services.settings.data_dir / EPOCH).write(Count(world.agency.id, 7))
    await world.services.restoring.count()
    assert set((await world.services.restoring.standing()).held) == {"sms", "email", "voice"}


async def test_an_adapter_that_breaks_lets_nothing_go(world, backup):
    async def listed(*_):
        raise ValueError

    await world.deliver(SMS)
    world.fakes[SMS].listed = listed
    await backup()
    await world.services.restoring.count()
    await world.services.restoring.run()
    assert "sms" in (await world.services.restoring.standing()).held


async def test_an_entry_that_found_no_message_yet_is_told(world, backup):
    await world.deliver(SMS)
    lists(world, SMS, in_the_list(world))
    await backup()
    await world.deliver(SMS)
    await world.services.upkeep.run()
    [found] = (await world.services.restoring.standing()).found
    assert (found["channel"], found["n"]) == ("sms", 1)
