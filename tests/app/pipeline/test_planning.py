from datetime import UTC, date, datetime, timedelta

import pytest

from app.rules.facts import (
    Channel,
    Consent,
    LineKind,
    MemberLeft,
    MemberUpdated,
    MilestoneSet,
    RenewalChanged,
    RenewalDue,
    RenewalStatus,
)
from tests.app.pipeline.world import (
    ADDRESS,
    DEADLINE,
    EMAIL,
    FEBRUARY,
    MARCH,
    NINE,
    NOW,
    NUMBER,
    OTHER_NUMBER,
    SMS,
    TEN,
    VOICE,
    a_member,
    phone,
)

ALL_PLANNED = {"sms": "planned", "email": "planned", "voice": "planned"}
NEW_YORK = "+12125550002"


def due(month=FEBRUARY, **more):
    return (RenewalDue("medi_cal", month, **more),)


async def test_texts_and_e_mails_are_due_at_nine_on_the_first_day_two_months_before_and_calls_at_ten(world):
    await world.planned()
    assert {row.channel: row.due_at for row in await world.messages()} == {"sms": NINE, "email": NINE, "voice": TEN}
    assert {row.deadline_at for row in await world.messages()} == {DEADLINE}
    assert {row.month.isoformat() for row in await world.messages()} == {"2026-12-01"}


async def test_a_call_that_would_fall_on_a_sunday_waits_for_monday(world):
    await world.planned(a_member(renewals=due(datetime(2027, 4, 1).date())))  # noqa: DTZ001
    assert (await world.message(SMS)).due_at == datetime(2027, 2, 1, 17, tzinfo=UTC)
    await world.at(datetime(2027, 6, 1, 20, tzinfo=UTC))
    await world.planned(a_member(phones=(phone(OTHER_NUMBER),), renewals=due(date(2027, 10, 1))), subject="M-2")
    sunday = datetime(2027, 8, 1, 16, tzinfo=UTC)
    assert (await world.message(SMS)).due_at == sunday
    assert (await world.message(VOICE)).due_at == sunday + timedelta(days=1, hours=1)


@pytest.mark.parametrize(
    ("facts", "zone"),
    [
        (a_member(timezone="America/Denver", zip="10001", phones=(phone(NEW_YORK),)), "America/Denver"),
        (a_member(zip="60601", phones=(phone(NEW_YORK),)), "America/Chicago"),
        (a_member(phones=(phone(NEW_YORK),)), "America/New_York"),
        (a_member(phones=(phone("+18085550002"),)), "Pacific/Honolulu"),
        (a_member(), "America/Los_Angeles"),
    ],
)
async def test_the_zone_is_the_members_else_the_zip_codes_else_the_numbers(world, facts, zone):
    await world.planned(facts)
    assert (await world.message(SMS)).zone == zone


async def test_where_nothing_tells_the_zone_the_agencys_counts(world):
    await world.planned()
    assert (await world.message(EMAIL)).zone == "America/Los_Angeles"


@pytest.mark.parametrize(
    ("written", "spoken", "text", "call"),
    [
        ("vi", "ko", "vi", "ko"),
        ("es", None, "es", "es"),
        (None, "ko", "ko", "ko"),
        (None, None, "en", "en"),
        ("ium", "ium", "en", "en"),
        ("zh-Hans", "yue", "zh-Hans", "zh-Hant"),
    ],
)
async def test_the_written_language_is_for_texts_the_spoken_one_for_calls_and_english_stands_in(
    world, written, spoken, text, call
):
    await world.planned(a_member(language_written=written, language_spoken=spoken))
    languages = {row.channel: row.language for row in await world.messages()}
    assert languages == {"sms": text, "email": text, "voice": call}


async def test_a_person_without_an_address_gets_one_row_that_says_so(world):
    await world.planned(MemberUpdated(renewals=due()))
    assert await world.ends() == {"none": "skipped no_contact_point"}
    await world.planned(a_member())
    assert await world.ends() == ALL_PLANNED


async def test_a_person_with_only_an_e_mail_address_gets_one_row(world):
    await world.planned(a_member(phones=()))
    assert await world.ends() == {"email": "planned"}


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ([a_member(consents=())], "no_consent"),
        ([a_member(consents=(Consent(SMS, granted=False),))], "opted_out"),
        ([a_member(consents=(Consent(SMS, granted=True, until=NOW),))], "consent_expired"),
        ([a_member(channels=(EMAIL,))], "channel_not_chosen"),
        ([a_member(phones=(phone(kind=LineKind.LANDLINE),))], "landline"),
        ([a_member(renewals=due(owner="ssa"))], "ssa_renews"),
        ([a_member(), MemberLeft("moved", "19")], "member_moved"),
        ([a_member(), MemberLeft("deceased")], "member_deceased"),
        ([a_member(), MemberLeft("removed")], "member_removed"),
    ]
    + [
        ([a_member(), RenewalChanged("medi_cal", FEBRUARY, RenewalStatus(status))], status)
        for status in ("auto_renewed", "renewed", "form_received", "discontinued_procedural", "ineligible")
    ],
)
async def test_who_may_not_be_reminded_is_skipped_with_the_reason(world, facts, reason):
    await world.planned(*facts)
    assert await world.end(SMS) == f"skipped {reason}"


@pytest.mark.parametrize("status", ["unknown", "upcoming", "packet_mailed", "information_requested", "restored"])
async def test_who_still_has_to_renew_is_reminded(world, status):
    await world.planned(a_member(), RenewalChanged("medi_cal", FEBRUARY, RenewalStatus(status)))
    assert await world.ends() == ALL_PLANNED


async def test_a_program_without_a_ladder_is_not_planned(world):
    await world.planned(a_member(renewals=(RenewalDue("ccs", FEBRUARY),)))
    assert await world.messages() == []


async def test_a_channel_that_the_agency_has_no_sender_for_is_skipped(world):
    text = 'code="orange"\nname="Orange"\ncounty_code="30"\nphone="+18002819799"\n[senders]\nsms="+17145550100"'
    await world.services.tenancy.add(text)
    await world.planned()
    assert await world.ends() == {"sms": "planned", "email": "skipped no_sender", "voice": "skipped no_sender"}


async def test_the_first_usable_number_is_taken(world):
    phones = (phone(NUMBER, LineKind.LANDLINE, 1), phone(OTHER_NUMBER, LineKind.MOBILE, 2))
    await world.planned(a_member(phones=phones))
    ranks = {row.id: row.rank for row in await world.rows("SELECT id, rank FROM contact_point")}
    assert ranks[(await world.message(SMS)).contact_point_id] == 2
    assert ranks[(await world.message(VOICE)).contact_point_id] == 1


async def test_a_member_learned_of_late_is_reminded_at_the_next_allowed_time(world):
    late_in_the_evening = datetime(2026, 12, 6, 4, 30, tzinfo=UTC)  # Saturday, 20:30 in Los Angeles
    await world.at(late_in_the_evening)
    await world.planned()
    assert (await world.message(SMS)).due_at == datetime(2026, 12, 6, 17, tzinfo=UTC)
    assert (await world.message(VOICE)).due_at == datetime(2026, 12, 7, 18, tzinfo=UTC)
    assert (await world.message(SMS)).first_due_at == NINE


async def test_a_member_learned_of_too_late_is_not_reminded_any_more(world):
    await world.at(DEADLINE - timedelta(hours=2))  # 22:00 of the last day: no window opens before the deadline
    await world.planned()
    assert await world.ends() == dict.fromkeys(map(str, Channel), "expired deadline_passed")


async def test_planning_again_changes_nothing(world):
    await world.planned()
    before = await world.messages()
    await world.tell(a_member(first_name="Anna"))
    assert await world.plan() == 0
    assert await world.messages() == before


async def test_a_skipped_reminder_is_planned_once_the_reason_is_gone(world):
    await world.planned(a_member(consents=()))
    assert set((await world.ends()).values()) == {"skipped no_consent"}
    await world.planned(a_member())
    assert await world.ends() == ALL_PLANNED


async def test_a_changed_number_moves_the_planned_reminder_to_the_new_number(world):
    await world.planned()
    before = await world.message(SMS)
    await world.planned(a_member(phones=(phone(OTHER_NUMBER),)))
    after = await world.message(SMS)
    assert (after.id, after.status) == (before.id, "planned")
    assert after.contact_point_id != before.contact_point_id
    await world.at(NINE)
    await world.deliver(SMS)
    assert world.fakes[SMS].numbers == [OTHER_NUMBER]


async def test_a_reminder_that_is_out_is_not_sent_again_to_a_changed_number(world):
    await world.sent()
    await world.planned(a_member(phones=(phone(OTHER_NUMBER),)))
    assert await world.end(SMS) == "sent in_flight_at_stop"


async def test_a_removed_number_takes_its_planned_reminders_along(world):
    await world.planned()
    await world.planned(a_member(phones=()))
    ends = {"sms": "canceled no_contact_point", "voice": "canceled no_contact_point", "email": "planned"}
    assert await world.ends() == ends


async def test_a_person_who_lost_every_address_gets_a_row_that_says_so(world):
    await world.planned()
    await world.planned(a_member(phones=(), emails=()))
    assert (await world.ends())["none"] == "skipped no_contact_point"


async def test_a_new_number_without_consent_cancels_what_was_planned(world):
    await world.planned()
    await world.planned(a_member(phones=(phone(OTHER_NUMBER),), consents=()))
    assert await world.ends() == {
        "sms": "canceled no_consent", "voice": "canceled no_consent", "email": "planned",
    }  # fmt: skip


async def test_a_changed_language_reaches_what_is_planned(world):
    await world.planned()
    await world.planned(a_member(language_written="vi"))
    assert {row.language for row in await world.messages()} == {"vi"}


async def test_a_changed_zone_reaches_what_is_planned(world):
    await world.planned()
    await world.planned(MemberUpdated(timezone="Pacific/Honolulu"))
    assert {row.zone for row in await world.messages()} == {"Pacific/Honolulu"}
    assert (await world.message(EMAIL)).due_at == NINE + timedelta(hours=2)
    assert (await world.message(EMAIL)).deadline_at == DEADLINE + timedelta(hours=2)


async def test_a_moved_month_opens_the_reminders_anew_under_the_new_month(world):
    await world.planned()
    await world.planned(a_member(renewals=due(MARCH)))
    found = {(row.period, row.status, row.reason) for row in await world.messages()}
    assert found == {(FEBRUARY, "canceled", "month_moved"), (MARCH, "planned", None)}
    assert len(await world.messages()) == 6


async def test_a_month_that_moves_back_is_planned_again(world):
    for month in (FEBRUARY, MARCH, FEBRUARY):
        await world.planned(a_member(renewals=due(month)))
    assert await world.end(SMS) == "canceled month_moved, canceled month_moved, planned"


async def test_start_after_stop_before_the_deadline_plans_again(world):
    await world.planned()
    await world.texts_us("STOP")
    assert await world.end(SMS) == "canceled opted_out"
    await world.texts_us("START")
    await world.plan()
    assert await world.end(SMS) == "canceled opted_out, planned"


async def test_start_after_a_reminder_is_out_sends_no_second_one(world):
    await world.sent()
    await world.texts_us("STOP")
    await world.texts_us("START")
    await world.plan()
    assert await world.end(SMS) == "sent in_flight_at_stop"


async def test_an_agency_plans_only_its_own_members(world):
    await world.planned()
    assert {row.agency_id for row in await world.messages()} == {world.agency.id}
    assert await world.services.planning.agency(world.agency.id) == 0


async def test_the_address_is_nowhere_in_a_reminders_row(world):
    await world.planned()
    found = await world.rows("SELECT message::text AS text FROM message")
    assert found
    assert not [row for row in found if NUMBER in row.text or ADDRESS in row.text]


async def all_ends(world, channel):
    """Return where the reminders of a channel stand, in no order."""
    return sorted((await world.end(channel)).split(", "))


async def test_who_shares_a_number_hears_it_in_one_message(world):
    await world.tell(a_member(emails=()), subject="M-1")
    await world.tell(a_member(emails=()), subject="M-2")
    await world.plan()
    assert await all_ends(world, SMS) == await all_ends(world, VOICE) == ["planned", "skipped household"]
    texts = {row.status: row for row in await world.messages() if row.channel == SMS}
    assert texts["skipped"].bundled_into == texts["planned"].id


async def test_who_joins_a_household_later_hears_it_by_the_message_that_waits(world):
    await world.planned(a_member(), subject="M-2")
    await world.planned(a_member(), subject="M-1")
    assert await world.end(SMS) == "planned, skipped household"


async def test_who_joins_a_household_after_its_message_is_out_hears_it_on_the_next_day(world):
    await world.sent(a_member(emails=()))
    await world.planned(a_member(emails=()), subject="M-2")
    assert (await world.message(SMS)).due_at == NINE + timedelta(days=1)


async def test_each_language_of_a_household_has_its_own_message_on_a_day_of_its_own(world):
    for ref, language in (("M-1", "es"), ("M-2", "vi"), ("M-3", "es"), ("M-4", "vi")):
        await world.tell(a_member(emails=(), language_written=language), subject=ref)
    await world.plan()
    texts = [row for row in await world.messages() if row.channel == SMS]
    leads = {row.id: row for row in texts if row.status == "planned"}
    assert sorted((row.language, row.due_at - NINE) for row in leads.values()) == [
        ("es", timedelta()), ("vi", timedelta(days=1)),
    ]  # fmt: skip
    assert sorted(
        (row.language, leads[row.bundled_into].language, row.reason) for row in texts if row.status == "skipped"
    ) == [("es", "es", "household"), ("vi", "vi", "household")]


async def test_who_comes_later_hears_it_by_the_message_in_the_same_language(world):
    for ref, language in (("M-1", "es"), ("M-2", "vi")):
        await world.planned(a_member(emails=(), language_written=language), subject=ref)
    before = {row.id: row.due_at for row in await world.messages()}
    await world.planned(a_member(emails=(), language_written="vi"), subject="M-3")
    after = {row.id: row for row in await world.messages()}
    assert {id_: after[id_].due_at for id_ in before} == before
    [told] = [row for id_, row in after.items() if id_ not in before and row.channel == SMS]
    assert (told.reason, after[told.bundled_into].language) == ("household", "vi")


async def test_when_a_household_message_changes_its_language_the_others_hear_it_in_theirs(world):
    for ref in ("M-1", "M-2"):
        await world.planned(a_member(emails=()), subject=ref)
    await world.planned(a_member(emails=(), language_written="vi"))
    assert await all_ends(world, SMS) == ["planned", "planned"]
    assert {row.language for row in await world.messages() if row.channel == SMS} == {"es", "vi"}


async def test_what_was_said_by_a_households_message_is_not_said_again(world):
    for ref in ("M-1", "M-2"):
        await world.tell(a_member(), subject=ref)
    await world.sent()
    await world.planned(a_member(language_written="vi"), subject="M-2")
    assert await all_ends(world, SMS) == ["sent", "skipped household"]


async def test_when_the_one_whose_message_it_was_is_renewed_another_of_the_household_hears_it(world):
    for ref in ("M-1", "M-2"):
        await world.tell(a_member(), subject=ref)
    await world.plan()
    await world.planned(RenewalChanged("medi_cal", FEBRUARY, RenewalStatus("renewed")))
    assert await world.end(SMS) == "canceled renewed, planned"


async def test_others_whose_letter_says_something_else_hear_it_on_another_day(world):
    await world.tell(a_member(emails=()), subject="M-1")
    await world.tell(a_member(emails=(), renewals=due(MARCH)), subject="M-2")
    await world.at(datetime(2027, 1, 4, 18, tzinfo=UTC))
    await world.plan()
    days = [row.due_at.date().isoformat() for row in await world.messages() if row.channel == SMS]
    assert sorted(days) == ["2027-01-04", "2027-01-05"]


async def test_what_begins_after_the_horizon_is_planned_by_the_day_that_brings_it(world):
    await world.planned(a_member(renewals=due(date(2027, 5, 1))))
    assert await world.messages() == []
    await world.at(datetime(2026, 12, 1, 20, tzinfo=UTC))
    assert await world.services.planning.daily() == 3
    assert await world.services.planning.daily() == 0
    assert await world.ends() == ALL_PLANNED


async def test_a_day_plans_nothing_anew_that_was_canceled(world):
    await world.planned()
    await world.texts_us("STOP")
    assert await world.services.planning.daily() == 0
    assert await world.rows("SELECT * FROM replan") == []


async def test_a_switch_that_stopped_a_message_for_good_is_kept(world):
    await world.planned()
    await world.rows("UPDATE message SET status = 'canceled', reason = 'stopped'")
    await world.planned(a_member(language_written="vi"))
    assert await world.end(SMS) == "canceled stopped"


async def test_a_message_that_is_held_keeps_why(world):
    await world.planned()
    await world.rows("UPDATE message SET reason = 'paused'")
    await world.planned(a_member(language_written="vi"))
    assert {(row.reason, row.language) for row in await world.messages()} == {("paused", "vi")}


class TestEveryLadder:
    """With all ladders that are shipped."""

    @pytest.fixture
    def one_reminder(self):
        """Not one reminder only."""

    async def changed(self, world, status, **days):
        await world.planned(a_member(), RenewalChanged("medi_cal", FEBRUARY, RenewalStatus(status), **days))

    async def steps(self, world, *statuses):
        return {row.step for row in await world.messages() if row.status in statuses}

    async def test_a_thank_you_goes_by_the_first_channel_only(self, world):
        await self.changed(world, "form_received", received_on=NOW.date())
        ends = {row.channel: row.reason or row.status for row in await world.messages() if row.step == "form_received"}
        assert ends == {"sms": "planned", "email": "first_channel", "voice": "first_channel"}

    async def test_a_packet_changes_the_words_and_the_date_that_they_name(self, world):
        await self.changed(world, "packet_mailed", packet_mailed_on=date(2026, 11, 30), due_on=date(2027, 2, 10))
        found = {row.template: row.about_on for row in await world.messages() if row.step == "renewal_two_months"}
        assert found == {"packet_reminder": date(2027, 2, 10)}

    async def test_after_ninety_days_late_papers_help_no_more_and_one_may_apply_again(self, world):
        await self.changed(world, "discontinued_procedural", effective_on=date(2026, 10, 31))
        assert "apply_again" not in await self.steps(world, "planned")
        await world.at(datetime(2027, 1, 30, 12, tzinfo=UTC))
        await world.services.planning.daily()
        assert await world.rows("SELECT DISTINCT status FROM renewal WHERE occasion = 'renewal'") == [("cure_expired",)]
        assert await self.steps(world, "planned") == {"apply_again"}

    async def test_a_restored_member_hears_nothing_of_a_loss_any_more(self, world):
        await self.changed(world, "discontinued_procedural", effective_on=date(2026, 10, 31))
        assert "cure_30" in await self.steps(world, "planned")
        await self.changed(world, "restored")
        assert not {step for step in await self.steps(world, "planned") if step.startswith("cure")}

    async def test_a_care_plan_comes_again_a_year_on(self, world):
        await world.tell(a_member(), MilestoneSet("annual_care_plan", "ccs", date(2026, 12, 15)))
        await world.at(datetime(2026, 12, 20, 12, tzinfo=UTC))
        await world.services.planning.daily()
        found = await world.rows("SELECT on_date FROM renewal WHERE occasion = 'annual_care_plan' ORDER BY 1")
        assert [row.on_date for row in found] == [date(2026, 12, 15), date(2027, 12, 15)]
        await world.services.planning.daily()
        assert len(await world.rows("SELECT 1 FROM renewal WHERE occasion = 'annual_care_plan'")) == 2
