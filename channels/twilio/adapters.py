"""What Twilio needs to be set, and its adapters."""

from channels.provider import Access, Provider, Setting
from channels.twilio.sms import TwilioSms
from channels.twilio.voice import TwilioVoice

_SETTINGS = (
    Setting("account_sid", "the account that texts and calls leave by", account=True),
    Setting("auth_token", "its token; signs callbacks too", secret=True),
    Setting(
        "next_auth_token", "the token that will follow; its callbacks are taken already", required=False, secret=True
    ),
    Setting("base_url", "another address than Twilio's own; may have a path", required=False),
)


def _sms(access: Access) -> TwilioSms:
    return TwilioSms(
        access.transport, account_sid=access["account_sid"], auth_token=access["auth_token"],
        base_url=access["base_url"], callback_base=access.callback_base, next_tokens=[access["next_auth_token"]],
    )  # fmt: skip


def _voice(access: Access) -> TwilioVoice:
    return TwilioVoice(
        access.transport, account_sid=access["account_sid"], auth_token=access["auth_token"],
        base_url=access["base_url"], callback_base=access.callback_base, next_tokens=[access["next_auth_token"]],
    )  # fmt: skip


PROVIDER = Provider("twilio", _SETTINGS, {"sms": _sms, "voice": _voice})
