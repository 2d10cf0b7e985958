from uuid import UUID

from structlog.testing import capture_logs

from app.errors import BadSettings
from app.pipeline.providers import Providers
from app.rules.facts import Channel
from tests.app.pipeline.fakes import FakeChannel

FIRST, SECOND = FakeChannel("first", ""), FakeChannel("second", "")
VOICE = FakeChannel("voice", "")
PROVIDERS = Providers({Channel.SMS: [FIRST, SECOND], Channel.EMAIL: [], Channel.VOICE: [VOICE]})


def test_the_preferred_one_comes_first():
    assert PROVIDERS.first(Channel.SMS) is FIRST
    assert PROVIDERS.of(Channel.SMS) == [FIRST, SECOND]
    assert PROVIDERS.calls is VOICE


def test_one_is_found_by_its_name_and_channel():
    assert PROVIDERS.named(Channel.SMS, "second") is SECOND
    assert PROVIDERS.named(Channel.SMS, "voice") is None


def test_all_are_given_with_their_channel():
    assert [(channel, one.name) for channel, one in PROVIDERS] == [
        (Channel.SMS, "first"), (Channel.SMS, "second"), (Channel.VOICE, "voice"),
    ]  # fmt: skip


def with_accounts():
    """Two providers of texts, whose adapters over an agency's own account are named by it."""
    return Providers(
        {Channel.SMS: [FakeChannel("first", ""), FakeChannel("second", "")], Channel.EMAIL: [], Channel.VOICE: []},
        lambda name, _, own: FakeChannel(f"{name} {own['sid']}", ""),
    )


ORANGE = UUID(int=30)


def test_an_agencys_own_account_takes_the_place_of_the_installations():
    several = with_accounts()
    mine = several.with_own(ORANGE, {"first": {"sid": "AC1"}})
    assert [one.name for one in mine.of(Channel.SMS)] == ["first AC1", "second"]
    assert mine.of(Channel.SMS)[1] is several.of(Channel.SMS)[1]
    assert several.with_own(UUID(int=10), {}) is several


def test_it_is_kept_until_it_changes():
    several = with_accounts()
    first = several.with_own(ORANGE, {"first": {"sid": "AC1"}})
    assert several.with_own(ORANGE, {"first": {"sid": "AC1"}}) is first
    assert several.with_own(ORANGE, {"first": {"sid": "AC2"}}).of(Channel.SMS)[0].name == "first AC2"
    assert several.with_own(ORANGE, {}) is several


def test_an_account_that_cannot_be_used_is_out_of_use_for_its_agency_alone():
    def refused(*_):
        raise BadSettings("the adapter first: not a key")

    several = Providers({Channel.SMS: [FIRST, SECOND], Channel.EMAIL: [], Channel.VOICE: []}, refused)
    with capture_logs() as told:
        for _ in range(2):
            mine = several.with_own(ORANGE, {"first": {"sid": "AC1"}})
    assert mine.of(Channel.SMS) == [SECOND]
    assert mine.unusable == {"first": "the adapter first: not a key"}
    assert several.of(Channel.SMS) == [FIRST, SECOND]
    assert [one["event"] for one in told] == ["own account cannot be used"]


async def test_all_are_closed_once_those_that_were_replaced_too():
    several = with_accounts()
    ours = [one for _, one in several]
    own = [several.with_own(ORANGE, {"first": {"sid": sid}}).of(Channel.SMS)[0] for sid in ("AC1", "AC2")]
    await several.close()
    assert [one.closed for one in ours + own] == [1, 1, 1, 1]
