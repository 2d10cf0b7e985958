"""What a proven yes does."""

from datetime import timedelta

from app.db.sealed import associated
from app.rules.facts import LineKind, MemberUpdated
from app.rules.signup import Who
from tests.app.pages.signing import codes
from tests.app.pipeline.world import EMAIL, FEBRUARY, NOW, NUMBER, SMS, VOICE, a_member, phone, yes


async def signs_up_by_call(world, **more):
    """Let a person prove the number with the code of a call."""
    taken = await world.asks(VOICE, **more)
    code = (await codes(world.services, world.url))["voice"]
    assert await world.services.signup.confirm(taken.id, code) == taken.id


async def people(world):
    return await world.rows("""
        SELECT language_written AS written, language_spoken AS spoken, status, ref_index FROM member ORDER BY created_at
    """)


async def test_a_member_alone_at_the_address_is_written_to_in_the_language_chosen(world):
    await world.planned(a_member(language_written="es", consents=()))
    await world.signs_up(language="vi", spoken="vi")
    [member] = await people(world)
    assert (member.written, member.spoken) == ("vi", "vi")


async def test_of_several_who_share_a_phone_nobodys_language_changes(world):
    for ref in ("M-1", "M-2"):
        await world.tell(a_member(language_written="es", consents=()), subject=ref)
    await world.signs_up(language="vi", renewal_month=FEBRUARY)
    assert [member.written for member in await people(world)] == ["es", "es"]
    lines = await world.rows("SELECT DISTINCT member_id FROM consent WHERE granted")
    assert len(lines) == 2


async def test_a_later_word_of_the_county_about_the_language_counts(world):
    await world.planned(a_member(consents=()))
    await world.signs_up(language="vi")
    await world.tell(MemberUpdated(language_written="ko"), time=NOW + timedelta(minutes=1))
    assert [member.written for member in await people(world)] == ["ko"]


async def test_a_number_held_for_a_landline_that_got_the_text_gets_texts(world):
    await world.planned(a_member(phones=(phone(kind=LineKind.LANDLINE),), consents=()))
    await world.signs_up()
    await world.plan()
    [point] = await world.rows("SELECT line_kind FROM contact_point WHERE kind = 'phone'")
    assert point.line_kind == "mobile"
    assert await world.end(SMS) == "planned"


async def test_text_and_call_at_one_number_are_one_person(world):
    await world.signs_up(SMS)
    await signs_up_by_call(world)
    assert len(await people(world)) == 1
    assert {row.channel for row in await world.rows("SELECT channel FROM consent_state WHERE granted")} == {
        "sms",
        "voice",
    }


async def test_a_first_record_of_the_county_takes_the_sign_up_over(world):
    await world.signs_up(renewal_month=FEBRUARY)
    await world.planned(a_member(consents=yes()))
    [member] = await people(world)
    assert member.ref_index is not None
    assert await world.end(SMS) == "planned"


async def test_a_record_that_comes_to_have_the_address_absorbs_the_sign_up(world):
    await world.planned(a_member(phones=(), consents=()))
    await world.signs_up()
    await world.tell(MemberUpdated(phones=(phone(),)))
    assert sorted(member.status for member in await people(world)) == ["active", "merged"]
    await world.plan()
    assert await world.end(SMS) == "planned"


async def test_the_welcome_of_a_call_is_spoken_in_the_spoken_language(world):
    await signs_up_by_call(world, language="zh-Hant", spoken="yue")
    [welcome] = await world.rows("SELECT channel, language FROM message WHERE kind = 'welcome'")
    assert (welcome.channel, welcome.language) == ("voice", "zh-Hant")
    [member] = await people(world)
    assert (member.written, member.spoken) == ("zh-Hant", "yue")


async def test_the_zip_code_is_kept_with_the_person_and_sealed(world):
    await world.signs_up(EMAIL, "eva@example.org", zip="85001")
    [point] = await world.rows("SELECT zone FROM contact_point")
    assert point.zone == "America/Phoenix"
    for row in await world.rows("SELECT m::text AS text FROM member m"):
        assert "85001" not in row.text
        assert NUMBER not in row.text


async def test_for_whom_somebody_signs_up_stands_in_the_evidence(world):
    await world.signs_up(who=Who.OTHER)
    [line] = await world.rows("SELECT id, agency_id, evidence_sealed FROM consent")
    place = associated("consent.evidence", line.agency_id, line.id)
    assert "for somebody in their care" in world.services.database.ring.open(bytes(line.evidence_sealed), place)


async def test_who_took_over_a_number_signs_up_for_themselves_and_not_for_the_member_before(world):
    await world.planned(a_member(language_written="es"))
    await world.texts_us("wrong number")
    await world.signs_up(language="vi")
    assert [(one.written, one.ref_index is None) for one in await people(world)] == [("es", False), ("vi", True)]
    [line] = await world.rows("""
        SELECT m.ref_index FROM consent c JOIN member m ON (m.agency_id, m.id) = (c.agency_id, c.member_id)
         WHERE c.granted AND c.basis = 'opt_in'""")
    assert line.ref_index is None


async def test_the_countys_next_word_of_the_member_before_does_not_take_the_new_holder_over(world):
    await world.planned(a_member(language_written="es"))
    await world.texts_us("wrong number")
    await world.signs_up(language="vi")
    await world.at(NOW + timedelta(hours=1))
    await world.tell(a_member(language_written="ru"))
    assert [(one.written, one.status) for one in await people(world)] == [("ru", "active"), ("vi", "active")]
