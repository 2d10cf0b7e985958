from datetime import timedelta

import pytest

from app.pipeline.signup import Refusal, SignupTaken
from app.rules.facts import RenewalChanged, RenewalStatus
from tests.app.pipeline.world import EMAIL, FEBRUARY, MARCH, NOW, NUMBER, OTHER_NUMBER, SMS, VOICE, a_member, yes

MINUTE = timedelta(minutes=1)


async def confirm(world, taken, code):
    return await world.services.signup.confirm(taken.id, code)


async def ledger(world):
    return await world.rows("SELECT channel, granted, basis, wording, language, source FROM consent ORDER BY id")


async def test_the_code_goes_to_the_address_in_the_language_asked_for(world):
    taken = await world.asks()
    await world.deliver(SMS)
    [message] = world.fakes[SMS].sent
    assert (message.to, message.language) == (NUMBER, "vi")
    assert taken.expires_at - NOW < 11 * MINUTE


async def test_the_right_code_writes_the_consent_with_the_wording_shown(world):
    await world.signs_up()
    assert await ledger(world) == [("sms", True, "opt_in", "v1", "vi", "member")]


async def test_a_welcome_follows(world):
    await world.signs_up()
    await world.deliver(SMS)
    [welcome] = await world.rows("SELECT status, language, member_id FROM message WHERE kind = 'welcome'")
    assert (welcome.status, welcome.language) == ("sent", "vi")
    assert welcome.member_id is not None


async def test_nothing_is_held_of_a_person_who_did_not_prove_the_address(world):
    await world.asks(renewal_month=FEBRUARY)
    assert await world.rows("SELECT id FROM member") == []
    assert await ledger(world) == []


async def test_with_a_month_a_person_unknown_to_the_county_is_reminded_like_any_member(world):
    await world.signs_up(renewal_month=FEBRUARY)
    await world.plan()
    rows = {row.channel: (row.status, row.reason, row.language) for row in await world.messages()}
    assert rows == {"sms": ("planned", None, "vi"), "voice": ("skipped", "no_consent", "vi")}
    [member] = await world.rows("SELECT ref_index FROM member")
    assert member.ref_index is None


async def test_without_a_month_nothing_is_planned(world):
    await world.signs_up()
    assert await world.plan() == 0


async def test_an_existing_member_is_linked_by_the_address(world):
    await world.planned(a_member(consents=()))
    await world.signs_up()
    await world.plan()
    assert len(await world.rows("SELECT id FROM member")) == 1
    assert await world.ends() == {"sms": "planned", "email": "skipped no_consent", "voice": "skipped no_consent"}


async def test_the_countys_month_counts_before_the_persons(world):
    await world.planned()
    await world.signs_up(renewal_month=MARCH)
    await world.plan()
    assert {row.period for row in await world.messages()} == {FEBRUARY}


async def test_a_persons_month_counts_before_one_that_only_follows_from_the_cycle(world):
    await world.tell(a_member(), RenewalChanged("medi_cal", FEBRUARY, RenewalStatus.RENEWED))
    await world.signs_up(renewal_month=MARCH)
    months = await world.rows("SELECT renewal_month FROM renewal WHERE status = 'unknown' ORDER BY 1")
    assert MARCH in [row.renewal_month for row in months]


async def test_an_address_that_signs_up_has_a_place(world):
    await world.signs_up(renewal_month=MARCH)
    [point] = await world.rows("SELECT place, zone FROM contact_point")
    assert (point.place, point.zone) == ("America/Los_Angeles;CA", "America/Los_Angeles")


async def test_a_sign_up_lifts_an_earlier_stop(world):
    await world.planned()
    await world.texts_us("STOP")
    await world.signs_up()
    await world.plan()
    assert await world.end(SMS) == "canceled opted_out, planned"


async def test_a_known_and_an_unknown_address_get_the_same_answer(world):
    await world.tell(a_member())
    known, unknown = await world.asks(), await world.asks(address=OTHER_NUMBER)
    assert {type(known), type(unknown)} == {SignupTaken}
    assert abs(known.expires_at - unknown.expires_at) < MINUTE
    assert await world.deliver(SMS) == 2


async def test_an_address_gets_three_codes_a_day_and_the_same_answer_after_that(world):
    answers = [await world.asks() for _ in range(5)]
    assert {type(answer) for answer in answers} == {SignupTaken}
    assert len({answer.id for answer in answers}) == 5
    await world.deliver(SMS)
    assert len(world.fakes[SMS].sent) == 3
    assert await confirm(world, answers[4], "00000000") is Refusal.WRONG_CODE
    await world.rows("UPDATE brake_count SET begins_at = begins_at - interval '2 days'")
    await world.asks()
    await world.deliver(SMS)
    assert len(world.fakes[SMS].sent) == 4


async def test_a_wrong_code_is_refused(world):
    taken = await world.asks()
    code = await world.code()
    wrong = "00000000" if code != "00000000" else "11111111"
    assert await confirm(world, taken, wrong) is Refusal.WRONG_CODE
    assert await confirm(world, taken, f" {code} ") == taken.id


async def test_after_five_tries_even_the_right_code_is_refused(world):
    taken = await world.asks()
    code = await world.code()
    for _ in range(5):
        assert await confirm(world, taken, "x") is Refusal.WRONG_CODE
    assert await confirm(world, taken, code) is Refusal.WRONG_CODE
    assert await ledger(world) == []


async def test_a_code_lives_ten_minutes(world):
    taken = await world.asks()
    code = await world.code()
    await world.at(taken.expires_at)
    assert await confirm(world, taken, code) is Refusal.WRONG_CODE


async def test_a_code_works_once(world):
    taken = await world.asks()
    code = await world.code()
    assert await confirm(world, taken, code) == taken.id
    assert await confirm(world, taken, code) is Refusal.WRONG_CODE
    assert len(await ledger(world)) == 1


async def test_another_sign_ups_code_does_not_fit(world):
    first = await world.asks()
    code = await world.code()
    second = await world.asks()
    assert await confirm(world, second, code) is Refusal.WRONG_CODE
    assert await confirm(world, first, code) == first.id


async def test_a_code_that_came_too_late_to_be_of_use_is_not_sent(world):
    await world.asks()
    await world.at(NOW + 11 * MINUTE)
    await world.deliver(SMS)
    assert world.fakes[SMS].sent == []


@pytest.mark.parametrize(
    ("asked", "refusal"),
    [({"agency": "nowhere"}, Refusal.UNKNOWN_AGENCY), ({"wording": "v0"}, Refusal.UNKNOWN_WORDING)],
)
async def test_an_unknown_agency_or_wording_is_refused(world, asked, refusal):
    assert await world.asks(**asked) is refusal


async def test_a_channel_that_the_agency_does_not_send_on_is_refused(world):
    await world.rows("UPDATE agency SET profile = profile #- '{senders,email}'")
    assert await world.asks(EMAIL, "a@example.org") is Refusal.CHANNEL_NOT_OFFERED


async def test_an_unknown_sign_up_is_refused(world):
    taken = SignupTaken(world.agency.id, NOW)
    assert await confirm(world, taken, "12345678") is Refusal.UNKNOWN_SIGNUP


async def test_an_e_mail_address_signs_up_too(world):
    await world.signs_up(EMAIL, "eva@example.org", renewal_month=FEBRUARY)
    await world.plan()
    assert await world.ends() == {"email": "planned"}


async def test_codes_and_addresses_are_not_readable_in_the_tables(world):
    await world.asks()
    code = await world.code()
    for table in ("signup", "message", "attempt"):
        for row in await world.rows(f"SELECT t::text AS text FROM {table} t"):  # noqa: S608
            assert code not in row.text
            assert NUMBER not in row.text


async def test_a_code_by_call_is_spoken_when_the_call_is_answered(world):
    await world.tell(a_member(consents=yes()))
    await world.asks(VOICE)
    await world.deliver(VOICE)
    assert [message.to for message in world.fakes[VOICE].sent] == [NUMBER]
