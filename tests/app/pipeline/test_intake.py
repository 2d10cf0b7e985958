import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest

from app.rules.facts import (
    Channel,
    Consent,
    MemberLeft,
    MemberUpdated,
    MilestoneSet,
    RenewalChanged,
    RenewalDue,
    RenewalStatus,
)
from tests.app.pipeline.world import (
    ADDRESS,
    EMAIL,
    FEBRUARY,
    MARCH,
    NOW,
    NUMBER,
    OTHER_NUMBER,
    SMS,
    TOLD_FROM,
    VOICE,
    a_member,
    an_event,
    phone,
    yes,
)

EVERY = ("sms", "email", "voice")


def renewal(status, **more):
    return RenewalChanged("medi_cal", FEBRUARY, RenewalStatus(status), **more)


async def test_the_same_event_again_is_a_duplicate(world):
    event = an_event(a_member())
    assert await world.apply(event) == ["applied"]
    assert await world.apply(event) == ["duplicate"]
    assert await world.apply(event, event) == ["duplicate", "duplicate"]
    assert len(await world.rows("SELECT id FROM county_event")) == 1


async def test_the_same_id_with_other_words_is_a_conflict(world):
    event = an_event(a_member())
    other = an_event(a_member(first_name="Eva"), id=event.id)
    assert await world.apply(event, other) == ["applied", "event-conflict"]
    assert await world.apply(other) == ["event-conflict"]


async def test_the_same_id_from_another_source_is_another_event(world):
    event = an_event(a_member())
    assert await world.apply(event) == ["applied"]
    assert await world.apply(an_event(a_member(), id=event.id, source="/plan")) == ["unchanged"]


async def test_an_event_that_is_older_than_all_we_know_is_stale_and_kept(world):
    await world.tell(a_member())
    old = an_event(MemberUpdated(language_written="vi"), time=TOLD_FROM - timedelta(days=1))
    assert await world.apply(old) == ["stale"]
    view = await world.services.reporting.member(world.agency.id, "M-1")
    assert view.member.language_written == "es"
    assert [row.outcome for row in await world.rows("SELECT outcome FROM county_event ORDER BY time")] == [
        "stale", "applied",
    ]  # fmt: skip


async def test_events_count_in_the_order_of_their_times_not_of_their_arrival(world):
    first, second = an_event(renewal("upcoming")), an_event(renewal("renewed"))
    assert await world.apply(second, first) == ["applied", "applied"]
    [held, _] = await world.rows("SELECT status FROM renewal ORDER BY renewal_month")
    assert held.status == "renewed"


async def test_an_event_from_the_future_is_rejected(world):
    await world.at(datetime(2040, 1, 1, tzinfo=UTC))
    late, fair = (an_event(a_member(), time=datetime(2040, 1, 1, 0, minutes, tzinfo=UTC)) for minutes in (6, 4))
    assert await world.apply(late, fair) == ["event-from-the-future", "applied"]


async def test_business_time_may_lie_behind_machine_time(world):
    async with world.services.database.transaction(None) as tx:
        machine_now = tx.session.machine_now
    await world.at(machine_now - timedelta(days=400))
    assert await world.apply(an_event(a_member(), time=machine_now)) == ["applied"]


async def test_a_batch_applies_what_it_can(world):
    bad = an_event(a_member(), time=datetime(2099, 1, 1, tzinfo=UTC))
    good = [an_event(a_member(), f"M-{at}") for at in range(20)]
    assert (
        await world.apply(*good[:10], bad, *good[10:])
        == ["applied"] * 10 + ["event-from-the-future"] + ["applied"] * 10
    )
    assert len(await world.rows("SELECT id FROM member")) == 20


async def test_batches_of_one_agency_wait_for_each_other(world):
    batches = [[an_event(a_member(first_name=f"Ana{at}"), f"M-{n}") for n in range(5)] for at in range(6)]
    await asyncio.gather(*(world.apply(*batch) for batch in batches))
    assert len(await world.rows("SELECT id FROM member")) == 5
    view = await world.services.reporting.member(world.agency.id, "M-3")
    assert view.member.private["first_name"] == "Ana5"


async def test_a_dry_run_says_what_would_be_and_writes_nothing(world):
    results = await world.services.intake.apply(world.agency.id, [an_event(a_member())], dry_run=True)
    assert [one.status for one in results] == ["applied"]
    assert await world.rows("SELECT id FROM member") == []
    assert await world.rows("SELECT id FROM county_event") == []


async def test_a_move_to_the_agencys_own_county_is_rejected_and_changes_nothing(world):
    await world.planned()
    before = await world.messages()
    assert await world.tell(MemberLeft("moved", "30")) == ["own-county"]
    assert [row.status for row in await world.messages()] == [row.status for row in before]


@pytest.mark.parametrize(
    "facts",
    [
        renewal("renewed"),
        MemberLeft("moved", "19"),
        MilestoneSet("annual_care_plan", "medi_cal", date(2027, 5, 1)),
        Consent(SMS, granted=True),
        Consent(SMS, granted=False, address=NUMBER),
        MemberUpdated(),
    ],
)
async def test_any_event_makes_a_member_that_we_do_not_know(world, facts):
    assert set(await world.tell(facts)) <= {"applied", "unchanged"}
    assert await world.services.reporting.member(world.agency.id, "M-1") is not None


@pytest.mark.parametrize(
    ("facts", "reason"),
    [(renewal(status), status) for status in ("renewed", "auto_renewed", "form_received", "ineligible")]
    + [
        (renewal("discontinued_procedural"), "discontinued_procedural"),
        (MemberLeft("moved", "19"), "member_moved"),
        (MemberLeft("deceased"), "member_deceased"),
        (MemberLeft("removed"), "member_removed"),
        (MemberUpdated(renewals=(RenewalDue("medi_cal", MARCH),)), "month_moved"),
        (renewal("upcoming", owner="ssa"), "ssa_renews"),
        (Consent(None, granted=False), "opted_out"),
        (MemberUpdated(channels=()), "channel_not_chosen"),
    ],
)
async def test_what_no_longer_fits_is_canceled_with_the_event_that_says_so(world, facts, reason):
    await world.planned()
    await world.tell(facts)
    assert await world.ends() == dict.fromkeys(EVERY, f"canceled {reason}")


async def test_a_no_to_one_channel_cancels_that_one(world):
    await world.planned()
    await world.tell(Consent(EMAIL, granted=False))
    assert await world.ends() == {"sms": "planned", "email": "canceled opted_out", "voice": "planned"}


async def test_channels_that_are_no_longer_chosen_are_canceled(world):
    await world.planned()
    await world.tell(MemberUpdated(channels=(VOICE,)))
    assert await world.ends() == {
        "sms": "canceled channel_not_chosen", "email": "canceled channel_not_chosen", "voice": "planned",
    }  # fmt: skip


async def test_a_renewed_member_with_a_next_month_is_planned_for_that_month(world):
    await world.planned()
    april = date(2027, 4, 1)
    await world.planned(renewal("renewed", next_renewal_month=april))
    assert {(row.period, row.status) for row in await world.messages()} == {
        (FEBRUARY, "canceled"), (april, "planned"),
    }  # fmt: skip


async def test_who_comes_back_is_planned_again(world):
    await world.planned()
    await world.tell(MemberLeft("moved", "19"))
    await world.planned(a_member())
    assert await world.end(SMS) == "canceled member_moved, planned"


async def test_nobody_comes_back_from_death(world):
    await world.planned()
    await world.tell(MemberLeft("deceased"))
    await world.planned(a_member(first_name="Anna"))
    assert await world.end(SMS) == "canceled member_deceased"


async def test_an_undated_yes_in_a_later_file_does_not_undo_a_stop(world):
    await world.planned()
    await world.texts_us("STOP")
    await world.planned(a_member(first_name="Anna"))
    later = an_event(a_member(), time=NOW + timedelta(minutes=1))
    await world.apply(later)
    await world.plan()
    assert await world.end(SMS) == "canceled opted_out"


async def test_a_stop_covers_members_who_get_the_number_later(world):
    await world.planned()
    await world.texts_us("STOP")
    later = an_event(a_member(), "M-2", time=NOW + timedelta(minutes=1))
    await world.apply(later)
    await world.plan()
    assert (await world.message(SMS)).status == "skipped"
    assert (await world.message(SMS)).reason == "opted_out"


async def test_a_stop_from_a_number_nobody_has_counts_once_somebody_has_it(world):
    await world.texts_us("STOP", sender=OTHER_NUMBER)
    await world.planned(a_member(phones=(phone(OTHER_NUMBER),)))
    assert await world.ends() == {"sms": "skipped opted_out", "email": "planned", "voice": "skipped opted_out"}


async def test_a_later_yes_for_the_address_itself_lifts_the_stop(world):
    await world.planned()
    await world.texts_us("STOP")
    again = Consent(SMS, granted=True, address=NUMBER, basis="form")
    await world.apply(an_event(again, time=NOW + timedelta(minutes=4)))
    await world.plan()
    assert await world.end(SMS) == "canceled opted_out, planned"
    assert await world.end(VOICE) == "canceled opted_out"


async def test_an_earlier_yes_for_the_address_does_not_lift_the_stop(world):
    await world.planned()
    await world.texts_us("STOP")
    await world.tell(Consent(SMS, granted=True, address=NUMBER))
    await world.plan()
    assert await world.end(SMS) == "canceled opted_out"


async def test_a_county_record_with_the_address_of_a_sign_up_becomes_that_person(world):
    await world.signs_up(renewal_month=MARCH)
    await world.plan()
    assert await world.end(SMS) == "planned"
    await world.planned(a_member(language_written="es", consents=()))
    assert len(await world.rows("SELECT id FROM member")) == 1
    rows = {(row.channel, row.period, row.status, row.reason) for row in await world.messages()}
    assert ("sms", MARCH, "canceled", "month_moved") in rows
    assert ("sms", FEBRUARY, "planned", None) in rows  # the person's own yes holds
    assert ("email", FEBRUARY, "skipped", "no_consent") in rows


async def test_an_e_mail_address_is_the_same_however_it_is_written(world):
    await world.signs_up(EMAIL, ADDRESS.title())
    await world.tell(a_member())
    assert len(await world.rows("SELECT id FROM member")) == 1


async def test_events_are_kept_sealed(world):
    await world.tell(a_member(first_name="Anastasia"))
    [row] = await world.rows("SELECT payload_sealed, county_event::text AS text FROM county_event")
    assert b"Anastasia" not in row.payload_sealed
    assert NUMBER not in row.text


async def test_a_consent_for_every_channel_reaches_every_channel(world):
    await world.planned(a_member(consents=yes()))
    await world.planned(Consent(None, granted=True))
    assert await world.ends() == dict.fromkeys(map(str, Channel), "planned")
