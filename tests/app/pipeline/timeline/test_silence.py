"""What is not said, and why not: every step of every ladder is answered for, once."""

from collections import Counter
from datetime import UTC, date, datetime

import pytest

from app.rules.facts import MilestoneSet, RenewalChanged, RenewalDue, RenewalStatus
from tests.app.pipeline.seasons import a_county
from tests.app.pipeline.side_by_side import OWN
from tests.app.pipeline.test_ladders import add
from tests.app.pipeline.timeline.told import told
from tests.app.pipeline.world import FEBRUARY, NINE, a_member


@pytest.fixture
def one_reminder():
    """All ladders that are shipped."""


async def silence(world, what, ref="M-1"):
    return [entry for entry in (await told(world, ref)).entries if entry["what"] == what]


async def ladders(world):
    return {(entry["ladder"], entry["renewal_month"]): entry["explanation"] for entry in await silence(world, "ladder")}


async def test_each_ladder_that_is_not_about_a_person_has_one_line(world):
    await world.planned()
    found = await ladders(world)
    assert (
        found["ssi_renewal", "2027-02"]
        == "It is for people whom Social Security renews; the county renews this person."
    )
    assert found["six_month_renewal", "2027-02"].startswith("It is for renewals that come every six months")
    assert "turning 21" in found["ccs_age_out_21", None]
    assert len([name for name, month in found if name == "work_notice"]) == 1


async def test_what_is_not_said_stands_after_all_that_is(world):
    await world.planned()
    entries = (await told(world)).entries
    silent = [entry["what"] in {"step", "ladder"} for entry in entries]
    assert any(silent)
    assert silent == sorted(silent)
    assert [entry["at"] for entry in entries] == sorted(entry["at"] for entry in entries)


async def test_who_is_renewed_by_social_security_is_told_so_and_not_asked(world):
    await world.planned(a_member(renewals=(RenewalDue("medi_cal", FEBRUARY, owner="ssa"),)))
    assert ("ssi_renewal", "2027-02") not in await ladders(world)
    told_of = {entry["explanation"] for entry in await silence(world, "step") if entry["ladder"] == "cure_window"}
    assert told_of == {"Social Security renews this person's Medi-Cal, so the county asks for nothing."}


async def test_a_step_of_another_state_says_which_and_how_it_stands(world):
    await world.planned(a_member(), RenewalChanged("medi_cal", FEBRUARY, RenewalStatus.RENEWED))
    steps = {entry["step"]: entry for entry in await silence(world, "step") if entry["renewal_month"] == "2027-02"}
    assert steps["form_received"]["explanation"] == "It is said only while the county has the form; now it is renewed."
    assert (steps["form_received"]["reason"], steps["form_received"]["rule"]) == ("renewed", "status")


async def test_the_next_renewal_is_shown_as_one_that_follows_if_all_goes_well(world):
    await world.planned()
    [words] = {entry["assumed"] for entry in (await told(world)).entries if entry.get("assumed")}
    assert words == "If the renewal of 2027-02 ends well; the county has not told this one yet."
    await world.tell(RenewalChanged("medi_cal", FEBRUARY, RenewalStatus.INELIGIBLE, effective_on=date(2026, 10, 31)))
    assert not [entry for entry in (await told(world)).entries if entry.get("assumed")]


async def answered(world, ref):
    """Return how often each step is answered for, and which steps there are for which renewals and channels."""
    entries = (await told(world, ref)).entries
    book = world.services.ladders.shipped
    counts, expected = Counter(), set()
    channels = {entry["channel"] for entry in entries if entry["what"] == "step"}
    for entry in entries:
        about = entry.get("occasion"), entry.get("program"), entry.get("renewal_month")
        if entry["what"] == "step" or (entry["what"] == "message" and entry["step"] and not entry["superseded"]):
            counts[*about, entry["step"], entry["channel"]] += 1
        if entry["what"] == "ladder" and entry["program"]:
            counts.update((*about, step, channel) for step in entry["steps"] for channel in channels)
    found = {key[:3] for key in counts}
    for ladder in book.ladders:
        alike = [one for one in found if one[0] == ladder.occasion]
        expected |= {(*one, step.key, channel) for one in alike for step in ladder.steps for channel in channels}
    return counts, expected


@pytest.mark.parametrize("seed", range(2))
async def test_every_occasion_step_and_channel_is_answered_for_exactly_once(world, seed):
    people = 12
    events = a_county(seed, people)
    await world.apply(*events)
    await world.tell(MilestoneSet("work_notice", "medi_cal", date(2026, 11, 20)), subject=f"M-{seed}-0")
    await world.plan()
    await world.at(NINE)
    await world.plan()
    for ref in sorted({event.subject for event in events}):
        counts, expected = await answered(world, ref)
        assert {key: count for key, count in counts.items() if count != 1} == {}
        assert expected - set(counts) == set()


async def test_whoever_has_nothing_due_is_told_that_of_every_ladder(world):
    await world.planned(a_member(renewals=()))
    entries = await silence(world, "ladder")
    assert {entry["ladder"] for entry in entries} == {ladder.name for ladder in world.services.ladders.shipped.ladders}
    assert {entry["rule"] for entry in entries} == {"ladder"}


async def test_a_step_that_an_agency_brought_too_late_says_so(world):
    await world.at(datetime(2027, 3, 20, 20, tzinfo=UTC))
    await add(world, OWN)
    await world.planned()
    entry = next(entry for entry in await silence(world, "step") if entry["step"] == "brought_late")
    assert (entry["reason"], entry["rule"]) == ("too_new", "ladder")
    assert entry["explanation"] == "Its days were over before the agency put this step in its ladder."
