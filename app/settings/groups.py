"""The groups of settings: one for each provider that ships, and which adapter serves which channel."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

FROZEN = ConfigDict(frozen=True, extra="forbid")
Months = Annotated[int, Field(ge=1, le=1200)]
Cap = Annotated[int, Field(ge=0)]


class Twilio(BaseModel):
    """The account that texts and calls leave by; `base_url` may carry a path prefix."""

    model_config = FROZEN
    account_sid: str = ""
    auth_token: SecretStr = SecretStr("")
    next_auth_token: SecretStr = SecretStr("")
    base_url: str = ""


class Sendgrid(BaseModel):
    """The account that e-mail leaves by; the public keys are base64 DER, as the vendor shows them."""

    model_config = FROZEN
    api_key: SecretStr = SecretStr("")
    base_url: str = ""
    webhook_public_key: str = ""
    next_webhook_public_key: str = ""


class Telnyx(BaseModel):
    """The second account that texts can leave by; `public_key` is base64, as the vendor shows it."""

    model_config = FROZEN
    api_key: SecretStr = SecretStr("")
    base_url: str = ""
    public_key: str = ""
    next_public_key: str = ""
    messaging_profile_id: str = ""


class Smtp(BaseModel):
    """A mail relay of the agency's own; the secrets sign the reports that its operator posts to us."""

    model_config = FROZEN
    host: str = ""
    port: int = 0
    username: str = ""
    password: SecretStr = SecretStr("")
    starttls: bool = True
    webhook_secret: SecretStr = SecretStr("")
    next_webhook_secret: SecretStr = SecretStr("")


class Channels(BaseModel):
    """Which adapters serve each channel: names with commas between; the first is used while it works."""

    model_config = FROZEN
    sms: str = "twilio"
    email: str = "sendgrid"
    voice: str = "twilio"

    @field_validator("sms", "email", "voice")
    @classmethod
    def _names(cls, value: str) -> str:
        names = [name.strip() for name in value.split(",")]
        if not all(names) or len(set(names)) != len(names):
            raise ValueError("give one adapter, or several different ones with commas between")
        return ",".join(names)

    def names(self, channel: str) -> tuple[str, ...]:
        """Return the adapters of a channel, the preferred one first."""
        return tuple(str(getattr(self, channel)).split(","))

    @property
    def in_use(self) -> frozenset[str]:
        """The providers that are used at all."""
        return frozenset(name for channel in ("sms", "email", "voice") for name in self.names(channel))


class Retention(BaseModel):
    """How many months of business time what is kept after the month that it belongs to."""

    model_config = FROZEN
    messages: Months = 36
    attempts: Months = 36
    receipts: Months = 12
    replies: Months = 36
    signups: Months = 1
    """Sign-ups that were never confirmed."""
    reports: Months = 84
    """The counts of the deliveries report; they name nobody."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.receipts <= self.attempts <= self.messages:
            raise ValueError("receipts are kept no longer than attempts, and these no longer than messages")
        return self


class Partitions(BaseModel):
    """How many months of messages lie in one partition, and how many months ahead there have to be partitions."""

    model_config = FROZEN
    months: Literal[1, 2, 3, 4, 6, 12] = 12
    ahead: Months = 12


class Caps(BaseModel):
    """How often what may be asked for that costs money or could be guessed; 0 refuses all."""

    model_config = FROZEN
    codes_number_day: Cap = 3
    """Codes to one number or e-mail address."""
    codes_network_hour: Cap = 10
    """Codes that one network address asks for."""
    codes_prefix_day: Cap = 50
    """Codes that the addresses around it ask for: a /24, or a /48 of IPv6."""
    codes_agency_hour: Cap = 3_000
    """Codes of one agency: beyond it nobody signs up until the hour is over, and an alarm is raised."""
    tries_network_hour: Cap = 60
    """Codes that one network address types."""
    verify_network_hour: Cap = 20
    """Messages that one network address asks about."""
    verify_unknown_hour: Cap = 100
    """Codes that nobody knows, before an alarm is raised: somebody sends messages in our name, or guesses."""
    pass_network_hour: Cap = 10
    """Ways to their page that one network address asks for."""
