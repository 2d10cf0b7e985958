import pytest

from channels.conformance.trial import Broken, Finding, Spared, check, must, only_if
from channels.signals import BadSignature
from tests.channels.conformance.sabotage import trial


@check
async def a_promise(said):
    """A promise is kept."""
    if isinstance(said, Exception):
        raise said


@pytest.mark.parametrize(
    ("said", "finding"),
    [
        (None, None),
        (Broken("it is not kept"), Finding("it is not kept")),
        (Spared("it was never made"), Finding("it was never made", applies=False)),
        (BadSignature(), Finding("a genuine callback was refused")),
        (KeyError("sid"), Finding("it raised KeyError: 'sid'")),
    ],
)
async def test_a_check_says_what_it_found_and_never_raises(said, finding):
    assert await a_promise(said) == finding
    assert (a_promise.__name__, a_promise.__doc__) == ("a_promise", "A promise is kept.")


def test_demands_are_raised_with_their_sentence():
    must(1, "never said")
    only_if(1, "never said")
    with pytest.raises(Broken, match="two and two"):
        must(0, "two and two is not five")
    with pytest.raises(Spared, match="only"):
        only_if(0, "only a mail has marks")


async def test_each_message_is_its_own_and_a_mail_has_marks():
    async with trial("email") as mails:
        one, two = mails.message(), mails.message()
    assert len({one.reference, one.code, one.to} & {two.reference, two.code, two.to}) == 0
    assert one.mail is not None
    assert "[[name]]" in one.mail.subject
    assert one.words["name"].startswith("Ngọc")


async def test_an_adapter_is_built_from_settings_and_closed():
    closed = []

    def noting(adapter):
        async def close():
            closed.append(adapter.name)

        adapter.close = close

    async with trial("sms", noting) as texts:
        async with texts.adapter(changed={"auth_token": "another"}) as adapter:
            assert not (await adapter.check()).ok
        assert closed == ["twilio"]
