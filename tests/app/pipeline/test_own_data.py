"""A person's own export: what is held and was sent, and nothing of the case."""

from dataclasses import asdict

from tests.app.pipeline.test_choices import choose, visit_to
from tests.app.pipeline.world import ADDRESS, NINE, SMS, a_member


async def mine(world, *visit):
    return await world.services.own_data.of(visit_to(world, *visit))


async def test_what_went_out_is_told_and_what_is_planned_is_not(world):
    await world.planned()
    assert (await mine(world)).messages == []
    await world.at(NINE)
    await world.deliver(SMS)
    (message,) = (await mine(world)).messages
    assert (message["channel"], message["what"], message["status"]) == ("sms", "reminder", "sent")


async def test_codes_of_a_sign_up_are_told_too(world):
    await world.signs_up(SMS)
    told = await mine(world)
    assert [one["what"] for one in told.messages] == ["code"]
    assert [(one["channel"], one["granted"], one["ground"]) for one in told.consents] == [("sms", True, "opt_in")]


async def test_no_word_of_it_tells_the_case(world):
    await world.planned()
    await choose(world, hours=(10, 14))
    told = repr(asdict(await mine(world)))
    for secret in ("M-1", "Ana", "2027", "renewal_two_months", "packet"):
        assert secret not in told


async def test_what_was_texted_to_us_is_told(world):
    await world.planned()
    await world.texts_us("STOP")
    told = await mine(world)
    assert [one["said"] for one in told.replies] == ["STOP"]
    assert {(one["channel"], one["granted"], one["ground"]) for one in told.consents if not one["granted"]} == {
        ("sms", False, "member"), ("voice", False, "member"),
    }  # fmt: skip


async def test_an_e_mail_address_tells_of_itself(world):
    await world.planned()
    told = await mine(world, ADDRESS, "email")
    assert {one["channel"] for one in told.consents} == {"email"}
    assert [one["address"] for one in told.points] == ["•••02", ADDRESS]


async def test_nobody_has_nothing(world):
    assert await mine(world) is None


async def test_a_message_that_says_more_than_the_month_is_a_reminder_only(world):
    await world.planned(a_member())
    await world.at(NINE)
    await world.deliver()
    assert {one["what"] for one in (await mine(world)).messages} == {"reminder"}
