import pytest
from pydantic import ValidationError

from app.settings.groups import Channels


def test_a_channel_has_one_adapter_or_several_in_order():
    channels = Channels(sms=" twilio , telnyx")
    assert channels.names("sms") == ("twilio", "telnyx")
    assert channels.names("email") == ("sendgrid",)
    assert channels.in_use == {"twilio", "telnyx", "sendgrid"}


@pytest.mark.parametrize("said", ["", "twilio,", "twilio,twilio"])
def test_an_empty_or_repeated_name_is_refused(said):
    with pytest.raises(ValidationError, match="with commas between"):
        Channels(sms=said)
