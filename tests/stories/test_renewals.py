"""The renewal once a year, as the county tells it: by a packet, by itself, with more to send, by Social Security."""

import pytest

from app.rules.facts import MemberLeft
from tests.app.pipeline.world import EMAIL, SMS, VOICE, yes
from tests.stories.county import ana, renewal

DETAILS = "2026-10-01 contact_details es email sms"
FIRST = "2026-12-01 renewal_two_months es email sms, names 2027-02-28"


@pytest.fixture
async def february(county):
    """Ana is due in February 2027, and the county knows it since September."""
    await county.on("2026-09-15", ana("2027-02"))
    return county


async def test_who_gets_a_packet_and_does_not_answer_is_reminded_of_it_until_mid_month(february):
    await february.on("2026-12-10", renewal("packet_mailed", "2027-02", due_on="2027-02-28"))
    assert await february.heard_until("2027-04-01") == [
        DETAILS,
        FIRST,
        "2027-01-15 packet_reminder es email sms, names 2027-02-28",
        "2027-02-05 packet_due_month es email sms, names 2027-02-28",
        "2027-02-14 packet_last_chance es sms, names 2027-02-28",
    ]


async def test_of_whom_the_county_says_nothing_hears_to_look_out_for_mail_and_no_last_call(february):
    assert await february.heard_until("2027-04-01") == [
        DETAILS,
        FIRST,
        "2027-01-15 renewal_one_month es email sms, names 2027-02-28",
        "2027-02-05 renewal_due_month es email sms, names 2027-02-28",
    ]
    assert (await february.why_not())["renewal_last_chance"] == {"skipped upcoming"}


async def test_whom_the_county_renews_by_itself_is_told_once_that_nothing_is_to_do(february):
    await february.on("2026-12-15", renewal("auto_renewed", "2027-02"))
    assert await february.heard_until("2027-06-01") == [DETAILS, FIRST, "2026-12-15 auto_renewed es sms"]
    assert "canceled auto_renewed" in (await february.why_not())["renewal_due_month"]


async def test_who_is_asked_for_more_hears_that_and_is_thanked_once_it_is_there(february):
    await february.heard_until("2027-01-16")
    await february.on("2027-01-20", renewal("information_requested", "2027-02", requested_on="2027-01-20"))
    await february.on("2027-02-17", renewal("form_received", "2027-02", received_on="2027-02-17"))
    assert await february.heard_until("2027-04-01") == [
        "2027-01-20 information_requested es email sms, names 2027-02-19",
        "2027-02-12 information_due es email sms, names 2027-02-19",
        "2027-02-16 packet_last_chance es sms, names 2027-02-19",  # the 15th is a holiday
        "2027-02-19 form_received es sms",
    ]


async def test_whom_social_security_renews_hears_that_alone(county):
    await county.on("2026-09-15", ana("2027-02"), renewal("upcoming", "2027-02", owner="ssa"))
    assert await county.heard_until("2027-05-01") == ["2026-12-01 ssi_renewal es email sms"]
    assert (await county.why_not())["renewal_one_month"] == {"skipped ssa_renews"}


async def test_who_is_renewed_on_tuesday_gets_nothing_on_wednesday(february):
    await february.on("2027-01-16", renewal("information_requested", "2027-02", due_on="2027-02-17"))
    await february.heard_until("2027-02-08")
    await february.on("2027-02-09", renewal("renewed", "2027-02"))
    assert await february.heard_until("2027-05-01") == []
    assert "canceled renewed" in (await february.why_not())["information_due"]


async def test_who_moves_to_another_county_is_told_whom_to_call_and_nothing_more(february):
    await february.heard_until("2026-12-02")
    await february.on("2026-12-14", MemberLeft("moved", "19"))
    assert await february.heard_until("2027-10-01") == ["2026-12-14 moved_county es sms"]
    assert "canceled member_moved" in (await february.why_not())["renewal_one_month"]


async def test_calls_go_out_when_people_are_called_and_not_on_sundays(county):
    await county.on("2026-10-15", ana("2027-03", consents=yes(SMS, EMAIL, VOICE)))
    heard = await county.heard_until("2027-03-31")
    assert [line for line in heard if "voice" in line] == [
        "2026-11-02 contact_details es voice",
        "2027-01-02 renewal_two_months es voice, names 2027-03-31",
        "2027-02-16 renewal_one_month es voice, names 2027-03-31",
        "2027-03-05 renewal_due_month es voice, names 2027-03-31",
    ]
