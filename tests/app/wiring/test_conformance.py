from importlib.metadata import EntryPoint

import pytest

from app.errors import BadSettings
from app.wiring import adapters, conformance
from app.wiring.conformance import checked, installed, subject
from channels.conformance import CHECKS


def among(monkeypatch, **values):
    points = {name: EntryPoint(name, value, adapters.GROUP) for name, value in values.items()}
    monkeypatch.setattr(adapters, "discovered", lambda: points)


def test_what_is_installed_is_listed_by_channel_with_its_place(settings):
    rows = {(row["adapter"], row["channel"]): row for row in installed(settings)}
    assert rows["twilio", "sms"]["in_use"] == rows["sendgrid", "email"]["in_use"] == 1
    assert rows["twilio", "sms"]["package"] == "keepcovered"
    assert "find" in rows["twilio", "sms"]["can"]
    assert rows["twilio", "voice"]["voices"] > 10


def test_an_adapter_that_is_not_set_up_says_what_it_misses(settings, monkeypatch):
    among(monkeypatch, twilio="channels.twilio.adapters:PROVIDER")
    bare = settings.model_copy(update={"twilio": settings.twilio.model_copy(update={"account_sid": ""})})
    assert "TWILIO__ACCOUNT_SID" in installed(bare)[0]["missing"]


def test_a_package_that_cannot_be_loaded_does_not_hide_the_others(settings, monkeypatch):
    among(monkeypatch, broken="no_such_module:PROVIDER", twilio="channels.twilio.adapters:PROVIDER")
    broken, *others = installed(settings)
    assert "ModuleNotFoundError" in broken["missing"]
    assert [row["adapter"] for row in others] == ["twilio", "twilio"]


@pytest.mark.parametrize(
    ("name", "channel", "said"),
    [("owl", "", "sendgrid, "), ("twilio", "email", "it has sms, voice"), ("lonely", "", "cannot be checked")],
)
def test_what_cannot_be_checked_is_said(name, channel, said, monkeypatch):
    among(
        monkeypatch,
        sendgrid="x:y",
        twilio="channels.twilio.adapters:PROVIDER",
        lonely="tests.app.wiring.test_conformance:LONELY",
    )
    with pytest.raises(BadSettings, match=said):
        subject(name, channel)


async def test_checks_are_given_one_by_one_as_plain_values():
    found = [one async for one in checked(subject("twilio", "voice"))]
    assert len(found) == len(CHECKS) == subject("twilio", "voice").total
    assert {one.verdict for one in found} == {"kept", "not applicable"}
    assert found[0].shown()["channel"] == "voice"


LONELY = conformance.Provider("lonely", (), {})
