import pytest
from pydantic import ValidationError

from app.settings.groups import Caps, Channels, Partitions, Retention


def test_a_channel_has_one_adapter_or_several_in_order():
    channels = Channels(sms=" twilio , telnyx")
    assert channels.names("sms") == ("twilio", "telnyx")
    assert channels.names("email") == ("sendgrid",)
    assert channels.in_use == {"twilio", "telnyx", "sendgrid"}


@pytest.mark.parametrize("said", ["", "twilio,", "twilio,twilio"])
def test_an_empty_or_repeated_name_is_refused(said):
    with pytest.raises(ValidationError, match="with commas between"):
        Channels(sms=said)


def test_proof_is_kept_no_longer_than_what_it_proves():
    assert (Retention().messages, Retention(messages=48).attempts) == (36, 36)
    with pytest.raises(ValidationError, match="no longer than messages"):
        Retention(messages=24)
    with pytest.raises(ValidationError, match="no longer than attempts"):
        Retention(receipts=48, messages=48)


def test_a_year_is_cut_into_whole_partitions():
    with pytest.raises(ValidationError):
        Partitions(months=5)


def test_the_usual_caps_are_those_of_the_reliability_page():
    caps = Caps()
    assert (caps.codes_number_day, caps.codes_network_hour, caps.codes_prefix_day) == (3, 10, 50)
    with pytest.raises(ValidationError):
        Caps(codes_number_day=-1)
