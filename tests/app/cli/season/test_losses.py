from app.cli.generated import members
from app.cli.season.losses import LOST, UNFIT
from app.cli.season.people import ASKED
from app.cli.season.playing import COUNT, MONTHS
from app.cli.season.winter import by_form, of_february


def test_nobody_loses_coverage_who_sent_a_form_or_was_asked_for_more():
    forms = [one.ref for one in by_form(of_february(list(members(COUNT, MONTHS, []))))]
    lost, unfit = set(forms[LOST]), set(forms[UNFIT])
    assert lost
    assert unfit
    assert not lost & unfit
    assert not (lost | unfit) & (set(forms[ASKED]) | set(forms[1::2]))
