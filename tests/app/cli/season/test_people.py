from app.cli.generated import members
from app.cli.season.people import ASKED, STOPS
from app.cli.season.playing import COUNT, MONTHS
from app.cli.season.winter import by_form, of_february
from app.rules.keywords import meaning


def test_every_stop_word_of_the_season_is_understood():
    assert {meaning(word) for word in STOPS} == {meaning("STOP")}


def test_whom_the_county_asks_for_more_has_not_sent_a_form():
    forms = by_form(of_february(list(members(COUNT, MONTHS, []))))
    assert not {one.ref for one in forms[ASKED]} & {one.ref for one in forms[1::2]}
