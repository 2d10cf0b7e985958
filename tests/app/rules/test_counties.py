import phonenumbers

from app.rules.counties import COUNTIES, COVERED_CALIFORNIA, SOCIAL_SECURITY


def test_all_fifty_eight_counties_stand_under_their_codes_in_the_order_of_the_alphabet():
    assert list(COUNTIES) == [f"{number:02}" for number in range(1, 59)]
    names = [county.name for county in COUNTIES.values()]
    assert names == sorted(names)


def test_every_line_is_a_number_that_can_be_called():
    lines = [county.phone for county in COUNTIES.values() if county.phone]
    for line in (*lines, SOCIAL_SECURITY, COVERED_CALIFORNIA):
        assert phonenumbers.is_valid_number(phonenumbers.parse(line))
