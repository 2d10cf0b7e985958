import re
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from app.rules.agency import DEFAULT_PRICES, BadAgency, agency_of, read_profile
from app.rules.facts import Channel

ID = UUID(int=7)
SMALL = """
code = "orange"
name = "Orange County"
county_code = "30"
phone = "+18002819799"
senders = { sms = "+17145550100" }
"""


def read(toml):
    profile = read_profile(toml)
    assert not isinstance(profile, BadAgency), profile
    return agency_of(ID, profile)


def problems(toml):
    profile = read_profile(toml)
    assert isinstance(profile, BadAgency), "it was taken"
    return profile.problems


def without(field):
    return "\n".join(line for line in SMALL.splitlines() if not line.startswith(field))


def test_a_small_file_is_enough_and_the_rest_has_sensible_defaults():
    agency = read(SMALL)
    assert (agency.id, agency.code, agency.kind, agency.timezone) == (ID, "orange", "county", "America/Los_Angeles")
    assert (agency.languages, agency.tty, agency.rates) == (("en",), ("711",), {})
    assert agency.prices == DEFAULT_PRICES
    assert agency.portal_url == "https://benefitscal.com"


def test_the_whole_example_of_the_interface_is_understood():
    agency = read("""
        code = "orange"
        kind = "plan"
        name = "Orange County Social Services Agency"
        county_code = "30"
        phone = "+18002819799"
        timezone = "America/Los_Angeles"
        languages = ["en", "es", "vi", "zh-Hans", "zh-Hant", "ko"]
        tty = ["711", "+18007352929"]
        county_phone = "+18002819799"
        fraud_phone = "+18002819700"
        fraud_email = "fraud@orange.example.org"
        privacy_contact = "privacy@orange.example.org"
        portal_url = "https://benefitscal.com"
        postal_address = "500 N. State College Blvd, Orange, CA 92868"
        approval_ref = "DHCS 12"
        [office_hours]
        monday-friday = "08:00-17:00"
        closures = ["2026-11-27"]
        [senders]
        sms = "+17145550100"
        sms_messaging_service = "MG123"
        voice = "+17145550101"
        email = "Medi-Cal renewals <renewals@orange.example.org>"
        [rates]
        sms_segments_per_second = 75
        [prices]
        sms_segment = 0.01
        [call_centre]
        calls_per_hour = 300
    """)
    assert (agency.kind, agency.languages[-1], agency.tty) == ("plan", "ko", ("711", "+18007352929"))
    assert (agency.office_hours, [day.isoformat() for day in agency.closures]) == (
        {"monday-friday": "08:00-17:00"}, ["2026-11-27"],
    )  # fmt: skip
    assert agency.prices == {**DEFAULT_PRICES, "sms_segment": 0.01}
    assert [agency.call_centre.capacity(weekday, 8) for weekday in (4, 5)] == [300, 0]


def test_a_messaging_service_is_what_texts_leave_by_and_both_belong_to_the_agency():
    senders = '\n[senders]\nsms="+17145550100"\nsms_messaging_service="MG1"\nvoice="+17145550101"\nemail="A <a@b.org>"'
    agency = read(without("senders") + senders)
    assert [agency.sender(channel) for channel in Channel] == ["MG1", "A <a@b.org>", "+17145550101"]
    assert set(agency.numbers()) == {
        (Channel.SMS, "+17145550100"), (Channel.SMS, "MG1"), (Channel.VOICE, "+17145550101"),
        (Channel.EMAIL, "A <a@b.org>"),
    }  # fmt: skip
    assert [read(SMALL).sender(channel) for channel in Channel] == ["+17145550100", "", ""]


AT_PROVIDERS = """
[senders]
sms = "+17145550100"
sms_messaging_service = "MG1"
[senders.telnyx]
sms = "+17145550177"
[senders.smtp]
email = "A <a@b.org>"
"""


@pytest.mark.parametrize(
    ("channel", "provider", "sender"),
    [
        (Channel.SMS, "twilio", "MG1"),
        (Channel.SMS, "telnyx", "+17145550177"),
        (Channel.SMS, "pigeon", "+17145550100"),
        (Channel.SMS, "", "MG1"),
        (Channel.EMAIL, "smtp", "A <a@b.org>"),
        (Channel.EMAIL, "sendgrid", ""),
        (Channel.EMAIL, "", "A <a@b.org>"),
        (Channel.VOICE, "twilio", ""),
    ],
)
def test_a_provider_has_the_sender_of_its_own_else_the_plain_one(channel, provider, sender):
    assert read(without("senders") + AT_PROVIDERS).sender(channel, provider) == sender


def test_a_messaging_service_alone_is_no_sender_anywhere_else():
    agency = read(without("senders") + '\n[senders]\nsms_messaging_service = "MG1"')
    assert (agency.sender(Channel.SMS, "twilio"), agency.sender(Channel.SMS, "telnyx")) == ("MG1", "")


def test_numbers_at_providers_belong_to_the_agency_too():
    numbers = set(read(without("senders") + AT_PROVIDERS).numbers())
    assert {(Channel.SMS, "+17145550177"), (Channel.EMAIL, "A <a@b.org>"), (Channel.SMS, "MG1")} < numbers


def test_a_sender_at_one_provider_is_enough():
    assert read(without("senders") + '\n[senders.smtp]\nemail = "A <a@b.org>"').sender(Channel.EMAIL)


def test_a_file_that_is_no_toml_says_where():
    (problem,) = problems('code = "orange\nname')
    assert re.fullmatch(r"the file is no TOML: .*line 1.*", problem)


@pytest.mark.parametrize("field", ["code", "name", "county_code", "phone"])
@pytest.mark.parametrize("empty", [False, True])
def test_every_missing_field_is_named(field, empty):
    toml = without(f"{field} ") + (f'\n{field} = ""' if empty else "")
    assert problems(toml) == (f"`{field}` is required",)


def test_everything_that_is_missing_is_named_at_once():
    assert len(problems("")) == 5


def test_without_a_sender_nothing_can_be_sent():
    (problem,) = problems(without("senders"))
    assert problem.startswith("`[senders]` needs at least one of")


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ("colour = 1", "`colour` is not a known field"),
        ('[senders]\nfax = "+17145550100"\nsms = "+17145550100"', "`senders.fax` is not a known sender"),
        ('[senders]\nsms = "5550100"', "`senders.sms` must be a phone number"),
        ('[senders]\nvoice = "(714) 555-0100"', "`senders.voice` must be a phone number"),
        ('county_phone = "211"', "`county_phone` must be a phone number"),
        ('fraud_phone = "none"', "`fraud_phone` must be a phone number"),
        ("[senders]\nemail = 5", "`senders` must be texts"),
        ('[senders.telnyx]\nfax = "+17145550100"\nsms = "+17145550100"', "`senders.telnyx.fax` is not a known sender"),
        ('[senders.telnyx]\nsms = "5550100"', "`senders.telnyx.sms` must be a phone number"),
        ('credentials = "mine"', "`credentials` must be a table"),
        ('kind = "state"', '`kind` must be "county" or "plan"'),
        ('timezone = "Pacific"', "`timezone` must be a zone"),
        ('portal_url = "http://benefitscal.com"', "`portal_url` must begin with https://"),
        ('closures = ["Thanksgiving"]', "`closures` must be dates"),
        ('closures = "2026-11-27"', "`closures` must be"),
        ("[rates]\ncalls_per_second = 0", "`rates` must be numbers above 0"),
        ('[rates]\ncalls_per_second = "fast"', "`rates` must be numbers above 0"),
        ("rates = 5", "`rates` must be a table"),
        ('senders = "+17145550100"', "`senders` must be a table"),
        ("[prices]\nemail = -1", "`prices` must be numbers"),
        ('languages = "en"', "`languages` must be a list"),
        ('tty = "711"', "`tty` must be a list"),
        ("tty = [711]", "`tty` must be a list"),
        ("postal_address = 5", "`postal_address` must be text"),
        ('[contact_hours]\nsms = "9 to 5"', "`contact_hours.sms` must be hours such as"),
        ('contact_hours = "09:00-20:00"', "`contact_hours` must be a table"),
        ("skip_days = [32]", "`skip_days` must be days of the month"),
        ("skip_days = 22", "`skip_days` must be a list"),
        ('skip_dates = ["Christmas"]', "`skip_dates` must be dates"),
        ("skip_dates = 2026-12-24", "`skip_dates` must be a list"),
        ("[call_centre]\ncalls_per_hour = 0", "`call_centre.calls_per_hour` must be a number above 0"),
        ("call_centre = 300", "`call_centre` must be a table"),
    ],
)
def test_every_wrong_form_is_named(more, named):
    small = without("senders") if "senders" in more else SMALL
    (problem,) = problems(f"{small}\n{more}")
    assert problem.startswith(named)


@pytest.mark.parametrize(
    ("field", "value", "named"),
    [
        ("code", '"Orange County"', "`code` may have"),
        ("code", '"-orange"', "`code` may have"),
        ("county_code", '"00"', "`county_code` must be"),
        ("county_code", '"59"', "`county_code` must be"),
        ("county_code", "30", "`county_code` must be text"),
        ("phone", '"8002819799"', "`phone` must be a phone number"),
        ("phone", '"+08002819799"', "`phone` must be a phone number"),
        ("name", "5", "`name` must be text"),
    ],
)
def test_a_required_field_of_a_wrong_form_is_named(field, value, named):
    (problem,) = problems(f"{without(f'{field} ')}\n{field} = {value}")
    assert problem.startswith(named)


def test_dates_may_be_written_as_toml_dates():
    assert [day.isoformat() for day in read(f"{SMALL}\nclosures = [2026-11-27]").closures] == ["2026-11-27"]


def test_an_office_is_open_by_its_own_clock():
    agency = read(SMALL + '[office_hours]\nmonday-friday = "08:00-17:00"\n')
    assert agency.is_open(datetime(2026, 12, 1, 16, tzinfo=UTC))
    assert not agency.is_open(datetime(2026, 12, 1, 15, 59, tzinfo=UTC))


def test_office_hours_that_cannot_be_read_are_refused():
    (problem,) = problems(SMALL + '[office_hours]\nweekdays = "08:00-17:00"\n')
    assert "monday-friday" in problem


def test_an_agency_has_its_own_contact_hours_and_days_to_leave_alone():
    agency = read(f"""{SMALL}
        skip_days = [22]
        skip_dates = [2026-12-24, "2026-12-31"]
        [contact_hours]
        sms = "10:00-18:00"
        voice = {{ hours = "10:00-17:00", days = "monday-friday" }}
        [[call_centre.hours]]
        days = "monday-friday"
        hours = "08:00-17:00"
        calls_per_hour = 120
        [call_centre.call_back]
        sms = 0.05
    """)
    assert (agency.skip_days, [day.isoformat() for day in agency.skip_dates]) == ((22,), ["2026-12-24", "2026-12-31"])
    assert {channel: len(window.weekdays) for channel, window in agency.contact_hours.items()} == {"sms": 7, "voice": 5}
    assert (agency.call_centre.capacity(0, 8), agency.call_centre.capacity(6, 8)) == (120, 0)
    assert agency.call_centre.call_back(Channel.SMS) == 0.05


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (datetime(2026, 11, 23, 5, tzinfo=UTC), date(2026, 11, 22)),
        (datetime(2026, 12, 2, 5, tzinfo=UTC), date(2026, 12, 1)),
    ],
)
def test_a_day_is_the_agencys_own(at, day):
    assert read(SMALL).day(at) == day
