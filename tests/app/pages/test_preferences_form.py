"""The form of the choices: as it is shown, and what it asks for."""

from datetime import date

from app.pages.preferences_form import Filled, filled_of, shown, wanted_of
from app.pipeline.choices import Standing
from app.rules.choices import Chosen, Helper, Limits
from app.rules.facts import Channel

SMS, EMAIL, VOICE = Channel.SMS, Channel.EMAIL, Channel.VOICE
NOW = Chosen((EMAIL, SMS), "vi", None, Limits((9, 12), date(2026, 12, 1)), frozenset({"scam_alert"}))


def standing(chosen=NOW):
    return Standing(None, chosen, (SMS, VOICE, EMAIL), (SMS, VOICE), date(2026, 11, 2))


def wanted(filled):
    return wanted_of(filled, standing(), to_read=["vi", "en"], to_hear=["en"])


def test_what_is_shown_asks_for_what_holds():
    assert wanted(shown(standing())).chosen == NOW


def test_the_places_follow_the_order_that_holds():
    assert shown(standing()).places == {EMAIL: "1", SMS: "2", VOICE: "3"}


def test_a_pause_that_began_long_ago_may_stay():
    long_ago = standing(Chosen(limits=Limits(None, date(2026, 1, 1))))
    found = wanted_of(shown(long_ago), long_ago, to_read=[], to_hear=[])
    assert found.chosen.limits.paused_until == date(2026, 1, 1)


def test_what_nobody_offered_changes_nothing():
    found = wanted(Filled(("sms", "fax"), {SMS: "1"}, "xx", "xx", purposes=("scam_alert", "sales")))
    assert (found.chosen.channels, found.chosen.read, found.chosen.speak) == ((SMS,), "vi", None)
    assert found.chosen.purposes == {"scam_alert"}


def test_each_mistake_has_its_field():
    assert wanted(Filled(first="9", last="10", pause="x", helper="R2D2", relation="parent", word="1")) == {
        "first": "bad_hours", "pause": "bad_pause", "helper": "bad_name", "word": "bad_word",
    }  # fmt: skip


def test_a_form_is_read_whatever_it_lacks():
    assert filled_of({}).programs == "all"
    found = filled_of({"channels": ["sms"], "place-sms": ["2"], "helper": ["Bo"], "relation": ["family"]})
    assert (found.channels, found.places[SMS]) == (("sms",), "2")
    assert wanted(found).helper == Helper("Bo", "family")
