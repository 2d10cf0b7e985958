from datetime import timedelta

from channels.provider import Access, Provider, Setting
from channels.transport import Transport

PIGEON = Provider("pigeon", (Setting("loft", "where"), Setting("ring", "mark", secret=True, required=False)), {})


def test_a_provider_says_which_of_its_settings_are_missing():
    assert PIGEON.missing({}) == ["loft"]
    assert PIGEON.missing({"loft": "attic"}) == []


def test_a_setting_that_is_not_set_is_empty_and_none_is_printed():
    access = Access(Transport(timeout=timedelta(seconds=1)), {"loft": "attic"}, "https://us.example")
    assert (access["loft"], access["ring"]) == ("attic", "")
    assert "attic" not in repr(access)
