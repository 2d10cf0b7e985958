from app.cli.generated import CAST, members
from app.cli.season.playing import COUNT, MONTHS
from app.cli.season.winter import DAYS, automatic, by_form, of_february

PEOPLE = list(members(COUNT, MONTHS, []))


def test_the_county_renews_eight_in_ten_by_itself_and_sends_most_others_a_packet():
    february = of_february(PEOPLE)
    alone, forms = automatic(february), by_form(february)
    assert len(february) * 0.75 < len(alone) < len(february) * 0.85
    assert not {one.ref for one in alone} & {one.ref for one in forms}
    assert len(forms) > 100


def test_whoever_has_a_day_set_is_of_the_cast():
    assert {part for part, *_ in DAYS} < set(CAST)
