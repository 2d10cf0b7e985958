"""What a mail relay needs to be set, and its adapter."""

import ssl
from ipaddress import ip_address
from urllib.parse import urlsplit

from channels.provider import Access, Provider, Setting
from channels.smtp.mail import SmtpMail
from channels.smtp.relay import Relay

_SETTINGS = (
    Setting("host", "the relay that e-mail leaves by", account=True),
    Setting("port", "its port: 587, or 25 without STARTTLS; 465 is TLS from the first byte", required=False),
    Setting("username", "who we are there", required=False, account=True),
    Setting("password", "and how we prove it", required=False, secret=True),
    Setting("starttls", "nothing leaves before the connection is encrypted", required=False),
    Setting("webhook_secret", "signs the reports that the relay's operator posts to us", required=False, secret=True),
    Setting("next_webhook_secret", "the secret that will follow; it is taken already", required=False, secret=True),
)


def _mail(access: Access) -> SmtpMail:
    if bool(access["username"]) != bool(access["password"]):
        raise ValueError("a user name and its password: set both or neither")
    relay = Relay(
        access["host"], int(access["port"] or 0), username=access["username"], password=access["password"],
        starttls=bool(access["starttls"]), our_name=_our_name(access.callback_base), tls=ssl.create_default_context(),
    )  # fmt: skip
    return SmtpMail(relay, secrets=[access["webhook_secret"], access["next_webhook_secret"]])


def _our_name(public_url: str) -> str:
    """Return how we present ourselves: our public host, a bare number in brackets (RFC 5321, 4.1.3)."""
    host = urlsplit(public_url).hostname or "localhost"
    try:
        number = ip_address(host)
    except ValueError:
        return host if host.isascii() else host.encode("idna").decode()
    return f"[IPv6:{number}]" if number.version == 6 else f"[{number}]"  # noqa: PLR2004


PROVIDER = Provider("smtp", _SETTINGS, {"email": _mail})
