"""Settings: what can be set from outside; by provider, as a whole, and the sandbox's own."""

from app.settings.groups import Caps, Channels, Partitions, Retention, Sendgrid, Smtp, Telnyx, Twilio
from app.settings.reading import Settings, default_data_dir, key_bytes, note_public_url, read_settings

__all__ = [
    "Caps",
    "Channels",
    "Partitions",
    "Retention",
    "Sendgrid",
    "Settings",
    "Smtp",
    "Telnyx",
    "Twilio",
    "default_data_dir",
    "key_bytes",
    "note_public_url",
    "read_settings",
]
