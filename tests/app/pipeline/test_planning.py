from datetime import UTC, date, datetime, timedelta

import pytest

from app.rules.facts import (
    Channel,
    Consent,
    LineKind,
    MemberLeft,
    MemberUpdated,
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
    yes,
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
    await world.planned(a_member(renewals=due(date(2027, 10, 1))), subject="M-2")
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
        ("fa", "fa", "en", "en"),
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
    assert await world.end(SMS) == "sent"


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
    assert (await world.message(SMS)).due_at == NINE + timedelta(hours=2)
    assert (await world.message(SMS)).deadline_at == DEADLINE + timedelta(hours=2)


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
    assert await world.end(SMS) == "sent"


async def test_an_agency_plans_only_its_own_members(world):
    await world.planned()
    assert {row.agency_id for row in await world.messages()} == {world.agency.id}
    assert await world.services.planning.agency(world.agency.id) == 0


async def test_a_preview_counts_and_costs_what_would_be_sent_and_leaves_nothing(world):
    await world.tell(a_member())
    await world.tell(a_member(consents=yes(SMS)), subject="M-2")
    rows = await world.services.planning.preview(world.agency, DEADLINE)
    assert {(row["channel"], row["status"], row["messages"]) for row in rows} == {
        ("sms", "planned", 2), ("email", "planned", 1), ("voice", "planned", 1),
        ("email", "skipped", 1), ("voice", "skipped", 1),
    }  # fmt: skip
    text = next(row for row in rows if row["channel"] == "sms")
    assert text["segments"] >= 2
    assert text["cost"] == pytest.approx(text["segments"] * world.agency.prices["sms_segment"])
    assert await world.messages() == []
    assert await world.plan() == 6


async def test_a_preview_names_the_character_that_makes_a_text_dear(world):
    await world.tell(a_member(), subject="M-1")
    await world.tell(a_member(language_written="vi"), subject="M-2")
    rows = await world.services.planning.preview(world.agency, DEADLINE)
    named = {row["language"]: row["forced_by"] for row in rows if row["channel"] == "sms"}
    assert named == {"es": "", "vi": "ủ (U+1EE7 LATIN SMALL LETTER U WITH HOOK ABOVE) at character 49"}


async def test_the_address_is_nowhere_in_a_reminders_row(world):
    await world.planned()
    found = await world.rows("SELECT message::text AS text FROM message")
    assert found
    assert not [row for row in found if NUMBER in row.text or ADDRESS in row.text]
