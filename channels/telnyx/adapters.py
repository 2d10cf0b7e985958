"""What Telnyx needs to be set, and its adapter."""

from channels.provider import Access, Provider, Setting
from channels.telnyx.sms import TelnyxSms

_SETTINGS = (
    Setting("api_key", "the key that texts leave by", secret=True),
    Setting("public_key", "verifies callbacks: base64, as Telnyx shows it"),
    Setting("next_public_key", "the key that will follow; its callbacks are taken already", required=False),
    Setting("messaging_profile_id", "the profile that texts leave by", required=False),
    Setting("base_url", "another address than Telnyx's own; may have a path", required=False),
)


def _sms(access: Access) -> TelnyxSms:
    return TelnyxSms(
        access.transport, api_key=access["api_key"], base_url=access["base_url"], callback_base=access.callback_base,
        public_keys=[access["public_key"], access["next_public_key"]],
        messaging_profile_id=access["messaging_profile_id"],
    )  # fmt: skip


PROVIDER = Provider("telnyx", _SETTINGS, {"sms": _sms})
