"""What SendGrid needs to be set, and its adapter."""

from channels.provider import Access, Provider, Setting
from channels.sendgrid.mail import SendGridMail

_SETTINGS = (
    Setting("api_key", "the key that e-mail leaves by", secret=True),
    Setting("webhook_public_key", "verifies callbacks: base64, as SendGrid shows it"),
    Setting("next_webhook_public_key", "the key that will follow; its callbacks are taken already", required=False),
    Setting("base_url", "another address than SendGrid's own; may have a path", required=False),
)


def _mail(access: Access) -> SendGridMail:
    return SendGridMail(
        access.transport, api_key=access["api_key"], base_url=access["base_url"],
        public_keys=[access["webhook_public_key"], access["next_webhook_public_key"]],
    )  # fmt: skip


PROVIDER = Provider("sendgrid", _SETTINGS, {"email": _mail})
