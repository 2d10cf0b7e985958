from app.pipeline.ladders import LadderBook
from schedules.ladders.reading import parse_ladder
from tests.conftest import ONE_REMINDER

THREE_MONTHS = ONE_REMINDER.replace("months = -2 }", "months = -3 }")
NOTICE = """
name = "work_notice"
occasion = "work_notice"
[[steps]]
key = "notice"
template = "renewal_two_months"
from = { anchor = "on" }
until = { anchor = "on", days = 3 }
statuses = ["upcoming"]
"""


async def book(world, agency=None):
    async with world.services.database.transaction(agency and agency.id) as tx:
        return await world.services.ladders.book(tx.session, agency and agency.id)


async def add(world, text, agency=None):
    return await world.services.ladder_changes.add(agency or world.agency, text, file="own.toml")


def test_a_book_knows_every_step_and_what_may_be_said_once():
    ladder = parse_ladder(ONE_REMINDER)
    twice = LadderBook((ladder, ladder))
    assert twice.steps == {"renewal_two_months": ladder.steps[0]}
    assert twice.allowed == sorted(ladder.allowed())


async def test_before_anything_was_loaded_what_is_shipped_is_in_force(world):
    assert await book(world, world.agency) == world.services.ladders.shipped
    assert await book(world) == world.services.ladders.shipped


async def test_a_book_stays_the_same_while_nothing_changed(world):
    before = await book(world, world.agency)
    assert await book(world, world.agency) is before
    await add(world, THREE_MONTHS)
    assert (await book(world, world.agency)).steps["renewal_two_months"].starts.months == -3


async def test_an_agencys_own_goes_before_what_is_shipped_and_nobody_elses_does(world):
    await world.services.ladder_changes.publish()
    kern = await world.services.tenancy.add(
        'code="kern"\nname="Kern"\ncounty_code="15"\nphone="+16615550100"\nsenders={sms="+16615550100"}\n'
    )
    await add(world, THREE_MONTHS)
    assert (await book(world, world.agency)).steps["renewal_two_months"].starts.months == -3
    assert (await book(world, kern)).steps["renewal_two_months"].starts.months == -2


async def test_for_all_agencies_whatever_any_of_them_may_say_is_allowed(world):
    await world.services.ladder_changes.publish()
    await add(world, NOTICE)
    everything = await book(world)
    assert "notice:county:12:upcoming" in everything.allowed
    assert set(everything.allowed) > set(world.services.ladders.shipped.allowed)


async def test_a_ladder_in_force_is_known_with_its_version_text_and_owner(world):
    await world.services.ladder_changes.publish()
    await add(world, THREE_MONTHS)
    await add(world, ONE_REMINDER + "\n# again\n")
    (held,) = (await world.services.ladder_changes.in_force(world.agency)).values()
    assert (held.version, held.own, held.source) == (2, True, ONE_REMINDER + "\n# again\n")
