"""What the simulator is told when it is built."""

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class SimulatorSettings:
    """Where the simulator keeps its book, whose credentials it checks, and whom it calls back."""

    path: Path
    account_sid: str
    auth_token: str = field(repr=False)
    sendgrid_api_key: str = field(repr=False)
    sendgrid_private_key: str = field(repr=False)
    """PEM of the ECDSA P-256 key that signs e-mail events."""
    public_url: str
    """Where our own service listens, without a slash at the end."""
    prefix: str = "/sandbox"
    """Where the simulator is mounted: for the links on its pages and in the providers' lists."""
    pace: float = 0.02
    """Seconds between two callbacks of one message."""
    slow_by: float = 5.0
    """Seconds by which a slow answer is late."""
    seed: int = 7
    """Decides which requests a fault hits, so that a run can be repeated."""
    telnyx_api_key: str = field(default="", repr=False)
    """Without one nobody enters Telnyx."""
    telnyx_private_key: str = field(default="", repr=False)
    """PEM of the Ed25519 key that signs what Telnyx tells."""
    smtp_port: int | None = None
    """Where mail is taken on loopback (0: anywhere); none is taken without it."""
    smtp_username: str = ""
    """Without one nobody needs to sign in."""
    smtp_password: str = field(default="", repr=False)
    smtp_webhook_secret: str = field(default="", repr=False)
    """Signs the reports about mail."""
    text_provider: str = "twilio"
    """Whose number a person texts who was never texted from it: `twilio` or `telnyx`."""
