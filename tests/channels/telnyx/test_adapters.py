from importlib.metadata import entry_points

import pytest

from app.settings.reading import LIVE_NEEDS
from channels.provider import Access
from channels.telnyx.adapters import PROVIDER
from channels.telnyx.sms import TelnyxSms
from tests.channels.telnyx.conftest import KEY, shown

SAID = {"api_key": "KEY1", "public_key": shown(KEY), "base_url": "https://telnyx.example"}


def test_it_serves_texts(transport):
    adapter = PROVIDER.channels["sms"](Access(transport, SAID, "https://kc.example.org"))
    assert isinstance(adapter, TelnyxSms)
    assert list(PROVIDER.channels) == ["sms"]


def test_what_is_missing_is_named():
    assert PROVIDER.missing({}) == list(LIVE_NEEDS["telnyx"]) == ["api_key", "public_key"]


def test_it_is_found_by_its_entry_point():
    (found,) = entry_points(group="keepcovered.channels", name="telnyx")
    assert found.load() is PROVIDER


def test_a_key_that_is_none_is_refused_at_the_start(transport):
    with pytest.raises(ValueError, match="Ed25519"):
        PROVIDER.channels["sms"](Access(transport, {**SAID, "public_key": "none"}, "https://kc.example.org"))
