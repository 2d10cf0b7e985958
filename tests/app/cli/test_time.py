import re


def test_business_time_is_printed(run):
    assert re.match(r"\d{4}-\d\d-\d\dT", run("clock", "now").text)
    assert "now" in run("clock", "now", "--json").json


def test_the_clock_is_not_moved_where_nothing_would_be_delivered(run):
    said = run("clock", "move", "P1D")
    assert said.code == 1
    assert "start `keepcovered up` first" in said.errors
