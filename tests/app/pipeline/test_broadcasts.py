"""Broadcasts: who hears one, by which consent, in which words, and what keeps it from leaving."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from app.pipeline.broadcasts import BadBroadcast, NotADraft, SamePerson
from app.rules.broadcasts import Audience, BroadcastAsked, Who
from app.rules.facts import Channel, Consent, Email, MemberLeft, RenewalDue
from app.rules.switches import SwitchAsked, SwitchKind
from tests.app.pipeline.world import EMAIL, FEBRUARY, NOW, NUMBER, OTHER_NUMBER, SMS, VOICE, a_member, phone, yes

MAI, TOM = Who("Mai", "k1"), Who("Tom", "k2")
WARNED = Consent(SMS, granted=True, purpose="scam_alert")
A_DAY = timedelta(days=1)


def agreed(number=NUMBER, **changes):
    """Describe somebody with this number who wants warnings by text, and has nothing due soon."""
    said = {"phones": (phone(number),), "emails": (), "consents": (WARNED,), "renewals": ()}
    return a_member(**{**said, **changes})


def alert(**changes):
    return BroadcastAsked("scam_alert", **{"channels": (SMS,), **changes})


@pytest.fixture
def write(world):
    """Return a writer of broadcasts."""

    async def draft(**changes):
        found = await world.services.broadcasts.write(world.agency, alert(**changes), MAI)
        assert not isinstance(found, BadBroadcast), found
        return found

    return draft


@pytest.fixture
def plan(world, write):
    """Return a writer of broadcasts that are approved and planned at once."""

    async def written(**changes):
        found = await write(**changes)
        await world.services.broadcasts.approve(world.agency.id, found["id"], TOM)
        await world.plan()
        return found["id"]

    return written


@pytest.fixture
def stand(world):
    """Return a reader of where the messages of all broadcasts stand, member by member."""

    async def read():
        rows = await world.rows("SELECT * FROM message WHERE kind = 'broadcast' ORDER BY created_at, channel, id")
        return [f"{row.channel} {row.status} {row.reason or ''}".strip() for row in rows]

    return read


async def test_who_agreed_to_its_purpose_hears_it_in_their_language(world, plan, stand):
    await world.tell(agreed(language_written="vi"))
    await plan()
    await world.deliver()
    [text] = world.fakes[SMS].sent
    assert text.to == NUMBER
    assert text.language == "vi"
    assert await stand() == ["sms sent"]


async def test_a_yes_to_reminders_is_none_to_a_broadcast(world, plan, stand):
    await world.tell(agreed(consents=yes(SMS)))
    await plan()
    assert await stand() == ["sms skipped no_consent"]


async def test_a_draft_says_who_would_hear_it_and_why_others_would_not(world, write, stand):
    await world.tell(agreed(), subject="M-1")
    await world.tell(agreed(), subject="M-2")
    await world.tell(agreed(OTHER_NUMBER, consents=()), subject="M-3")
    await world.tell(agreed(phones=()), subject="M-4")
    counts = (await write())["counts"]
    assert counts["people"] == 4
    assert counts["messages"] == 1
    assert counts["reached"] == [{"channel": "sms", "language": "es", "people": 2, "messages": 1}]
    assert {(one["channel"], one["reason"]): one["people"] for one in counts["not_reached"]} == {
        ("none", "no_contact_point"): 1,
        ("sms", "no_consent"): 1,
    }
    assert await stand() == []


async def test_a_time_in_which_nothing_may_go_out_is_refused(world):
    night = datetime(2026, 12, 2, 6, tzinfo=UTC)
    for hours, good in ((3, False), (24, True)):
        asked = alert(starts_at=night, deadline_at=night + timedelta(hours=hours))
        found = await world.services.broadcasts.write(world.agency, asked, MAI)
        assert isinstance(found, BadBroadcast) is not good
        assert good or [one.field for one in found.mistakes] == ["deadline_at"]


async def test_a_draft_has_the_agencys_own_name_and_numbers(world, write):
    await world.tell(agreed())
    [words] = (await write())["words"]
    assert world.agency.name in words["text"]
    assert re.findall(r"{\w+}", words["text"]) == ["{code}"]


async def test_what_a_draft_counts_is_what_is_planned(world, plan):
    await world.tell(agreed(consents=(WARNED, Consent(VOICE, granted=True, purpose="scam_alert"))), subject="M-1")
    await world.tell(agreed(), subject="M-2")
    await world.tell(agreed(OTHER_NUMBER, emails=(Email("ana@example.org"),)), subject="M-3")
    found = await world.services.broadcasts.one(world.agency.id, await plan(channels=None))
    assert {(one["channel"], one["status"], one["reason"]): one["messages"] for one in found["progress"]} == {
        ("email", "skipped", "no_consent"): 1,
        ("sms", "planned", None): 2,
        ("sms", "skipped", "household"): 1,
        ("voice", "planned", None): 1,
        ("voice", "skipped", "no_consent"): 2,
    }
    assert found["counts"]["messages"] == 3


async def test_a_household_hears_it_once_and_nobody_is_greeted_by_name(world, plan, stand):
    mail = Consent(EMAIL, granted=True, purpose="scam_alert")
    for subject in ("M-1", "M-2"):
        await world.tell(agreed(emails=(Email("home@example.org"),), consents=(mail,)), subject=subject)
    await plan(channels=(EMAIL,))
    await world.deliver()
    assert sorted(await stand()) == ["email sent", "email skipped household"]
    [sent] = world.fakes[EMAIL].sent
    assert "Ana" not in str(sent.words)


async def test_a_household_hears_it_once_in_each_of_its_languages_on_days_of_their_own(world, plan, stand):
    for subject, language in (("M-1", "es"), ("M-2", "vi"), ("M-3", "es")):
        await world.tell(agreed(language_written=language), subject=subject)
    await plan()
    assert sorted(await stand()) == ["sms planned", "sms planned", "sms skipped household"]
    await world.deliver()
    await world.at((await world.services.passage.now()) + timedelta(days=1))
    await world.deliver()
    assert {text.language for text in world.fakes[SMS].sent} == {"es", "vi"}


@pytest.mark.parametrize(
    ("audience", "heard"),
    [
        (Audience(), 2),
        (Audience(languages=("es",)), 1),
        (Audience(languages=("vi", "es")), 2),
        (Audience(programs=("medi_cal",)), 1),
        (Audience(programs=("medi_cal",), statuses=("packet_mailed",)), 0),
        (Audience(statuses=("upcoming",), renewal_months=(FEBRUARY,)), 1),
        (Audience(renewal_months=(datetime(2027, 5, 1, tzinfo=UTC).date(),)), 0),
        (Audience(channels=(Channel.EMAIL,)), 1),
        (Audience(states=("CA",)), 2),
        (Audience(states=("NV",)), 0),
        (Audience(zones=("America/Los_Angeles",)), 2),
        (Audience(zones=("America/New_York",)), 0),
    ],
)
async def test_an_audience_is_narrowed_by_what_is_known_of_people(world, write, audience, heard):
    await world.tell(agreed(renewals=(RenewalDue("medi_cal", FEBRUARY),)), subject="M-1")
    await world.tell(agreed(OTHER_NUMBER, language_written="vi", channels=(SMS,)), subject="M-2")
    counts = (await write(audience=audience))["counts"]
    assert counts["messages"] == heard


async def test_whoever_wrote_it_may_not_approve_it_by_any_key(world, write):
    id_ = (await write())["id"]
    for same in (MAI, Who("Mai", "k3"), Who("mai ", ""), Who("another name", "k1")):
        assert await world.services.broadcasts.approve(world.agency.id, id_, same) == SamePerson()
    approved = await world.services.broadcasts.approve(world.agency.id, id_, TOM)
    assert (approved["status"], approved["written_by"], approved["approved_by"]) == ("approved", "Mai", "Tom")


async def test_what_was_approved_canceled_or_is_over_cannot_be_approved(world, write):
    broadcasts, agency = world.services.broadcasts, world.agency.id
    approved, canceled, late = [(await write())["id"] for _ in range(3)]
    await broadcasts.approve(agency, approved, TOM)
    await broadcasts.cancel(agency, canceled, MAI)
    assert await broadcasts.approve(agency, approved, TOM) == NotADraft()
    assert await broadcasts.approve(agency, canceled, TOM) == NotADraft()
    await world.at(NOW + timedelta(days=15))
    assert await broadcasts.approve(agency, late, TOM) == NotADraft()


async def test_nothing_is_planned_before_the_approval(world, write, stand):
    await world.tell(agreed())
    await write()
    await world.plan()
    assert await stand() == []


async def test_it_is_planned_once(world, plan, stand):
    await world.tell(agreed())
    await plan()
    await world.rows("UPDATE broadcast SET status = 'approved'")
    await world.plan()
    assert await stand() == ["sms planned"]


async def test_it_waits_for_the_hours_of_the_place(world, plan):
    await world.tell(agreed())
    await plan(starts_at=NOW + timedelta(hours=12))
    [row] = await world.rows("SELECT * FROM message WHERE kind = 'broadcast'")
    assert row.due_at == datetime(2026, 11, 3, 17, tzinfo=UTC)
    assert row.place == "America/Los_Angeles;CA"
    assert row.priority == 7


async def test_what_finds_no_hour_before_the_deadline_is_expired(world, plan, stand):
    await world.tell(agreed(timezone="Pacific/Honolulu"))
    opens = datetime(2026, 11, 3, 17, tzinfo=UTC)
    await plan(starts_at=opens, deadline_at=opens + timedelta(minutes=30))
    assert await stand() == ["sms expired deadline_passed"]


@pytest.mark.parametrize(
    ("said", "end"),
    [
        (Consent(SMS, granted=False, purpose="scam_alert"), "sms canceled opted_out"),
        (Consent(SMS, granted=False), "sms planned"),
        (MemberLeft("deceased"), "sms canceled member_deceased"),
    ],
)
async def test_what_the_county_says_meanwhile_cancels_it(world, plan, stand, said, end):
    await world.tell(agreed())
    await plan()
    await world.tell(said)
    assert await stand() == [end]


async def test_a_stop_covers_every_purpose(world, plan, stand):
    await world.tell(agreed())
    await plan()
    await world.texts_us("STOP")
    assert await stand() == ["sms canceled opted_out"]
    await plan()
    assert await stand() == ["sms canceled opted_out", "sms skipped opted_out"]


async def test_consent_is_asked_once_more_when_it_leaves(world, plan, stand):
    await world.tell(agreed())
    await plan()
    await world.rows("UPDATE consent_state SET granted = false WHERE purpose = 'scam_alert'")
    await world.deliver()
    assert await stand() == ["sms canceled opted_out"]
    assert world.fakes[SMS].sent == []


async def household(world, plan):
    """Plan a broadcast for three people at one number."""
    for subject in ("M-1", "M-2", "M-3"):
        await world.tell(agreed(), subject=subject)
    await plan()


async def test_when_who_was_to_be_told_has_died_the_next_of_the_household_is(world, plan, stand):
    await household(world, plan)
    assert sorted(await stand()) == ["sms planned", "sms skipped household", "sms skipped household"]
    await world.tell(MemberLeft("deceased"), subject="M-1")
    assert sorted(await stand()) == ["sms canceled member_deceased", "sms planned", "sms skipped household"]
    await world.rows("UPDATE consent_state SET granted = false WHERE member_id = (SELECT min(m.member_id::text)::uuid "
                     "FROM message m WHERE m.status = 'planned')")  # fmt: skip
    await world.deliver()
    await world.deliver()
    ends = ["sms canceled member_deceased", "sms canceled opted_out", "sms sent"]
    assert sorted(await stand()) == ends
    assert len(world.fakes[SMS].sent) == 1


async def test_a_stop_of_the_number_leaves_nobody_of_the_household_to_be_told(world, plan, stand):
    await household(world, plan)
    await world.texts_us("STOP")
    await world.deliver()
    assert sorted(await stand()) == ["sms canceled opted_out", "sms skipped household", "sms skipped household"]


async def test_a_number_that_was_replaced_is_not_written_to(world, plan, stand):
    await world.tell(agreed())
    await plan()
    await world.tell(agreed(OTHER_NUMBER, consents=()))
    assert await stand() == ["sms canceled address_replaced"]


async def test_canceling_it_keeps_what_has_not_left(world, plan, stand):
    await world.tell(agreed())
    id_ = await plan()
    found = await world.services.broadcasts.cancel(world.agency.id, id_, MAI)
    assert (found["status"], found["canceled_by"]) == ("canceled", "Mai")
    assert await stand() == ["sms canceled broadcast_canceled"]
    assert (await world.services.broadcasts.cancel(world.agency.id, id_, TOM))["canceled_by"] == "Mai"


async def test_what_comes_back_from_a_provider_after_the_cancel_stays_here(world, plan, stand):
    await world.tell(agreed())
    id_ = await plan()
    await world.rows("UPDATE message SET status = 'sending' WHERE kind = 'broadcast'")
    await world.services.broadcasts.cancel(world.agency.id, id_, MAI)
    await world.rows("UPDATE message SET status = 'planned' WHERE kind = 'broadcast'")
    await world.deliver()
    assert await stand() == ["sms canceled broadcast_canceled"]


async def test_a_pause_holds_it(world, plan, stand):
    await world.tell(agreed())
    await plan()
    await world.services.switches.set(world.agency, SwitchAsked(SwitchKind.PAUSE, "a flood"), "Mai")
    await world.deliver()
    assert await stand() == ["sms planned paused"]


async def test_an_address_that_was_reached_today_hears_it_another_day(world, plan, stand):
    await world.tell(agreed())
    await plan()
    await world.deliver()
    await plan()
    await world.deliver()
    assert await stand() == ["sms sent", "sms planned"]
    await world.at(NOW + A_DAY)
    await world.deliver()
    assert await stand() == ["sms sent", "sms sent"]


async def test_a_call_is_answered_with_its_words_until_it_is_canceled(world, plan):
    await world.tell(agreed(consents=(Consent(VOICE, granted=True, purpose="scam_alert"),)))
    id_ = await plan(channels=(VOICE,))
    await world.deliver()
    [call] = world.fakes[VOICE].sent
    [row] = await world.rows("SELECT id FROM attempt")
    assert call.to == NUMBER
    assert row.id is not None
    assert (await world.services.broadcasts.one(world.agency.id, id_))["progress"][0]["messages"] == 1


async def test_reports_count_it_by_its_template_and_without_a_step(world, plan):
    await world.tell(agreed())
    await plan()
    await world.deliver()
    rows = await world.services.reporting.messages(
        world.agency.id,
        {"kind": "broadcast", "status": None, "reason": None, "channel": None, "month": None},
        before=None,
        limit=10,
    )
    assert [(row["template"], row["step"], row["status"]) for row in rows] == [("scam_alert", None, "sent")]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"template": "renewal_two_months"}, "template"),
        ({"audience": Audience(zip_prefixes=("926",))}, "audience/zip_prefixes"),
        ({"starts_at": NOW - A_DAY}, "starts_at"),
    ],
)
async def test_what_cannot_be_is_refused_field_by_field(world, changes, field):
    asked = BroadcastAsked(**{"template": "scam_alert", **changes})
    found = await world.services.broadcasts.write(world.agency, asked, MAI)
    assert isinstance(found, BadBroadcast)
    assert [one.field for one in found.mistakes] == [field]
