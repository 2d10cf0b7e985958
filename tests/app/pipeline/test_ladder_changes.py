from datetime import timedelta

import pytest

from app.errors import UnfitLadders
from app.pipeline.ladder_changes import LadderChanges
from app.pipeline.ladders import Ladders
from schedules.ladders.faults import BadLadder
from tests.app.pipeline.test_ladders import NOTICE, THREE_MONTHS, add, book
from tests.app.pipeline.world import DEADLINE, SMS
from tests.conftest import ONE_REMINDER

LATER = """
name = "ours"
occasion = "renewal"
[[steps]]
key = "before"
template = "renewal_two_months"
from = { anchor = "renewal_month", months = -3 }
until = { anchor = "renewal_month", months = -3, days = 20 }
statuses = ["unknown", "upcoming"]
[[steps]]
key = "now"
template = "renewal_two_months"
from = { anchor = "renewal_month" }
until = { anchor = "renewal_month", days = 20 }
statuses = ["unknown", "upcoming"]
"""
"""A ladder of an agency's own, with a step that comes before the shipped one and a step that comes after it."""


@pytest.fixture
def changes(world):
    return world.services.ladder_changes


def with_shipped(world, **texts):
    """Return the stage over other shipped ladders."""
    return LadderChanges(
        world.services.database, ladders=Ladders({f"{name}.toml": text for name, text in texts.items()}),
        wording=world.services.wording, constants=world.services.almanac.constants,
    )  # fmt: skip


async def versions(world):
    rows = await world.rows("SELECT name, version, source = '' AS dropped FROM ladder_version ORDER BY name, version")
    return [(row.name, row.version, row.dropped) for row in rows]


async def marked(world):
    return len(await world.rows("SELECT 1 FROM replan"))


# --- what is shipped --------------------------------------------------------------------------


async def test_what_is_shipped_is_loaded_once_and_anew_when_it_changed(world, changes):
    assert [await changes.publish(), await changes.publish()] == [1, 0]
    assert await with_shipped(world, medi_cal_renewal=THREE_MONTHS, work_notice=NOTICE).publish() == 2
    assert await versions(world) == [
        ("medi_cal_renewal", 1, False), ("medi_cal_renewal", 2, False), ("work_notice", 1, False),
    ]  # fmt: skip
    assert (await book(world, world.agency)).steps["renewal_two_months"].starts.months == -3


async def test_what_is_no_longer_shipped_is_no_longer_in_force(world):
    await with_shipped(world, medi_cal_renewal=ONE_REMINDER, work_notice=NOTICE).publish()
    fewer = with_shipped(world, medi_cal_renewal=ONE_REMINDER)
    assert [await fewer.publish(), await fewer.publish()] == [1, 0]
    assert ("work_notice", 2, True) in await versions(world)
    assert (await book(world, world.agency)).steps.keys() == {"renewal_two_months"}


async def test_loading_lets_what_falls_due_be_planned_anew(world, changes):
    await world.planned()
    assert await marked(world) == 0
    await changes.publish()
    assert await marked(world) == 1


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        pytest.param(NOTICE.replace('key = "notice"', 'key = "renewal_two_months"'), "is a step of the", id="a key"),
        pytest.param(NOTICE.replace("days = 3", "days = -3"), "it ends before it begins", id="a deadline"),
        pytest.param(NOTICE.replace("renewal_two_months", "nothing_such"), "has no words in en", id="a template"),
    ],
)
async def test_nothing_is_loaded_if_one_is_unfit(world, bad, why):
    with pytest.raises(UnfitLadders, match=rf"nothing was changed; work_notice.toml, line \d: .*{why}"):
        await with_shipped(world, medi_cal_renewal=ONE_REMINDER, work_notice=bad).publish()
    assert await versions(world) == []


async def test_what_is_shipped_must_not_clash_with_what_an_agency_has_of_its_own(world, changes):
    await changes.publish()
    await add(world, NOTICE.replace('"work_notice"\nocc', '"our_notice"\nocc'))
    with pytest.raises(UnfitLadders, match=r"our_notice of orange, .* `notice` is a step of the ladder work"):
        await with_shipped(world, medi_cal_renewal=ONE_REMINDER, work_notice=NOTICE).publish()


# --- an agency's own --------------------------------------------------------------------------


async def test_an_agencys_own_ladder_moves_what_is_planned(world):
    await world.planned()
    sooner = THREE_MONTHS.replace("days = 13", "days = 3")
    await add(world, sooner)
    assert await marked(world) == 1
    assert await world.rows("SELECT 1 FROM procrastinate_jobs WHERE task_name = 'plan' AND status = 'todo'")
    await world.plan()
    assert (await world.message(SMS)).deadline_at == DEADLINE - timedelta(days=10)


async def test_a_step_that_the_own_ladder_has_no_more_is_canceled(world):
    await world.planned()
    await add(world, ONE_REMINDER.replace('key = "renewal_two_months"', 'key = "ours"'))
    await world.plan()
    told = {(row.step, row.status) for row in await world.messages() if row.channel == SMS}
    assert told == {("renewal_two_months", "canceled"), ("ours", "planned")}


async def test_a_step_whose_days_were_over_before_an_agency_brought_it_has_no_row(world):
    await world.planned()
    await world.at(DEADLINE + timedelta(days=1))
    await add(world, LATER)
    await world.plan()
    assert {row.step for row in await world.messages()} == {"renewal_two_months", "now"}


async def test_who_comes_after_a_step_was_brought_and_over_hears_why_it_did_not_reach_them(world):
    await add(world, LATER)
    await world.at(DEADLINE + timedelta(days=1))
    await world.planned()
    assert {(row.step, row.status) for row in await world.messages() if row.channel == SMS} == {
        ("renewal_two_months", "expired"), ("before", "expired"), ("now", "planned"),
    }  # fmt: skip


async def test_a_step_is_as_old_as_the_first_version_that_has_it(world):
    await add(world, LATER)
    await world.at(DEADLINE + timedelta(days=1))
    await add(world, LATER + "# again\n")
    await world.planned()
    assert ("before", "expired") in {(row.step, row.status) for row in await world.messages()}


async def test_what_takes_the_place_of_a_shipped_step_is_as_old_as_that(world, changes):
    await changes.publish()
    await world.at(DEADLINE + timedelta(days=1))
    await add(world, ONE_REMINDER + "# ours\n")
    await world.planned()
    assert {row.status for row in await world.messages()} == {"expired"}


async def test_a_bad_ladder_is_refused_with_file_line_and_mend_and_what_runs_stays(world):
    await add(world, THREE_MONTHS)
    with pytest.raises(BadLadder, match=r"own.toml, line 9: `statuses`: “paused” is no status; write a list of"):
        await add(world, ONE_REMINDER.replace('"restored"', '"paused"'))
    assert (await book(world, world.agency)).steps["renewal_two_months"].starts.months == -3
    assert await versions(world) == [("medi_cal_renewal", 1, False)]


async def test_a_template_without_words_in_a_language_of_the_agency_is_refused(world):
    with pytest.raises(BadLadder, match="`nothing_such` has no words in en"):
        await add(world, ONE_REMINDER.replace('template = "renewal_two_months"', 'template = "nothing_such"'))


async def test_a_step_must_not_have_the_key_of_another_ladders(world):
    with pytest.raises(BadLadder, match="`renewal_two_months` is a step of the ladder medi_cal_renewal already"):
        await add(world, NOTICE.replace('"notice"', '"renewal_two_months"'))


async def test_removing_an_own_ladder_puts_back_what_is_shipped(world, changes):
    await changes.publish()
    await add(world, THREE_MONTHS)
    await changes.remove(world.agency, "medi_cal_renewal")
    assert (await book(world, world.agency)).steps["renewal_two_months"].starts.months == -2
    with pytest.raises(UnfitLadders, match="orange has no ladder 'medi_cal_renewal' of its own"):
        await changes.remove(world.agency, "medi_cal_renewal")
    await add(world, THREE_MONTHS)
    assert (await book(world, world.agency)).steps["renewal_two_months"].starts.months == -3


async def test_a_ladder_of_a_new_name_is_gone_when_it_is_removed(world, changes):
    await add(world, NOTICE)
    assert "notice" in (await book(world, world.agency)).steps
    await changes.remove(world.agency, "work_notice")
    assert "notice" not in (await book(world, world.agency)).steps


async def test_what_is_shipped_does_not_come_back_beside_a_ladder_that_it_clashes_with(world, changes):
    await add(world, ONE_REMINDER.replace('"renewal_two_months"', '"ours"', 1))
    await add(world, NOTICE.replace('"notice"', '"renewal_two_months"'))
    with pytest.raises(UnfitLadders, match="`renewal_two_months` is a step of the ladder work_notice already"):
        await changes.remove(world.agency, "medi_cal_renewal")
