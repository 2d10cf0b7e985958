"""Settings: read once, frozen, and refused when half-set (`interface.md`, Settings).

Prefix `KEEPCOVERED_`, nested with `__`, or a `.env` file. In sandbox mode, secrets that are not set are
made on first start and kept in the data folder (0600); `live` mode refuses made-up secrets, the
embedded database and the simulator.
"""

import os
from base64 import b64decode
from collections.abc import Mapping
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from app.errors import BadSettings
from app.settings.groups import Caps, Channels, Partitions, Retention, Sendgrid, Smtp, Telnyx, Twilio
from app.settings.made_up import made_up

PUBLIC_URL_NOTE = "public-url"
Net = IPv4Network | IPv6Network
LIVE_URLS: Final[Mapping[str, str]] = {
    "twilio": "https://api.twilio.com",
    "sendgrid": "https://api.sendgrid.com",
    "telnyx": "https://api.telnyx.com",
}
LIVE_NEEDS: Final[Mapping[str, tuple[str, ...]]] = {
    "twilio": ("account_sid", "auth_token"),
    "sendgrid": ("api_key", "webhook_public_key"),
    "telnyx": ("api_key", "public_key"),
    "smtp": ("host",),
}
"""What a provider needs before it is used in live mode; the adapters' own lists say the same."""
MADE_UP: Final[Mapping[str, Mapping[str, str]]] = {
    "twilio": {"account_sid": "account_sid", "auth_token": "auth_token"},
    "sendgrid": {"api_key": "api_key", "webhook_public_key": "webhook_public_key"},
    "telnyx": {"api_key": "telnyx_api_key", "public_key": "telnyx_public_key"},
}
"""What the sandbox makes up for a provider: its setting, and the name of the made-up secret."""


class Settings(BaseSettings):
    """Everything that can be set from outside."""

    model_config = SettingsConfigDict(
        env_prefix="KEEPCOVERED_",
        env_nested_delimiter="__",
        env_file=".env",
        extra="ignore",
        frozen=True,
    )
    mode: Literal["sandbox", "live"] = "sandbox"
    database_url: SecretStr | None = None
    data_dir: Path | None = None
    public_url: str = ""
    encryption_keys: SecretStr = Field(default=SecretStr(""))
    index_key: SecretStr = SecretStr("")
    log_format: Literal["text", "json"] | None = None
    """For people or for machines; without a word the mode decides."""
    metrics_token: SecretStr = SecretStr("")
    """Who shows it may read `/metrics`; without one a live service hides it."""
    otlp_endpoint: str = Field(
        default="", validation_alias=AliasChoices("KEEPCOVERED_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
    )
    """Where traces are sent (OTLP over HTTP); without it none are made."""
    trusted_proxies: str = ""
    """The networks of our own proxies, with commas: only they are believed when they say for whom they speak."""
    twilio: Twilio = Twilio()
    sendgrid: Sendgrid = Sendgrid()
    telnyx: Telnyx = Telnyx()
    smtp: Smtp = Smtp()
    providers: dict[str, dict[str, SecretStr]] = Field(default={}, repr=False)
    """Settings of adapters that others wrote: `PROVIDERS__<NAME>__<SETTING>`."""
    channels: Channels = Channels()
    retention: Retention = Retention()
    partitions: Partitions = Partitions()
    caps: Caps = Caps()
    waits: float = Field(default=1.0, gt=0, le=1)
    """What part of their usual times the steps of reconciling wait (`app.rules.waiting`); only in sandbox mode."""
    crashpoint: str = ""
    """Where a test ends, fails or freezes this process (`app.crashpoints`); only in sandbox mode."""
    public_url_is_set: bool = Field(default=False, exclude=True)
    """Whether a person set `public_url`; else the sandbox's port decides it."""
    smtp_is_simulated: bool = Field(default=False, exclude=True)
    """Whether the simulator takes the sandbox's mail; else a person set a relay."""
    simulator_private_key: SecretStr = SecretStr("")
    """The key with which the simulator signs e-mail events; made in sandbox mode."""
    simulator_telnyx_key: SecretStr = SecretStr("")
    """The key with which the simulator signs what it tells in Telnyx's name; made in sandbox mode."""

    @property
    def key_ring(self) -> tuple[bytes, ...]:
        """The encryption keys, 32 bytes each; the first encrypts."""
        return tuple(key_bytes(text) for text in self.encryption_keys.get_secret_value().split(","))

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: str) -> str:
        try:
            return ",".join(str(one) for one in read_networks(value))
        except ValueError:
            raise ValueError("give networks such as 10.0.0.0/8 with commas between") from None

    @property
    def proxies(self) -> tuple[Net, ...]:
        """The networks of our own proxies."""
        return read_networks(self.trusted_proxies)

    @property
    def live(self) -> bool:
        """Whether real people are written to."""
        return self.mode == "live"

    @property
    def logs_as(self) -> str:
        """How logs are written: as was said; else for machines where real people are written to."""
        return self.log_format or ("json" if self.live else "text")

    def of(self, provider: str) -> dict[str, str]:
        """Return what is set for a provider, by name, as plain text (secrets too)."""
        group = getattr(self, provider) if provider in LIVE_NEEDS else self.providers.get(provider, {})
        return {name: _plain(value) for name, value in dict(group).items()}

    def at(self, data_dir: Path | None, public_url: str | None) -> Self:
        """Return the settings with what the command line said."""
        said = {"data_dir": data_dir, "public_url": public_url}
        return self.model_copy(update={name: value for name, value in said.items() if value})


@lru_cache(maxsize=8)
def read_networks(text: str) -> tuple[Net, ...]:
    """Return the networks of a list with commas; raises ValueError for what is none."""
    return tuple(ip_network(one.strip(), strict=False) for one in text.split(",") if one.strip())


def key_bytes(text: str) -> bytes:
    """Decode a key: 32 bytes as URL-safe base64; raises `BadSettings`."""
    try:
        key = b64decode(text.strip() + "=" * (-len(text.strip()) % 4), altchars=b"-_", validate=True)
    except ValueError:
        key = b""
    if len(key) != 32:  # noqa: PLR2004
        raise BadSettings("a key must be 32 random bytes in URL-safe base64, 43 or 44 characters long")
    return key


def default_data_dir() -> Path:
    """Return where data is kept when nothing is said: the system's folder for root, else the user's."""
    if os.geteuid() == 0:
        return Path("/var/lib/keepcovered")
    return Path.home() / ".local" / "share" / "keepcovered"


def read_settings(data_dir: Path | None = None, public_url: str | None = None) -> Settings:
    """Read the settings and complete them; raises `BadSettings` naming what is wrong and the mend."""
    try:
        settings = Settings().at(data_dir, public_url)
    except ValidationError as error:
        raise BadSettings("; ".join(problem(one) for one in error.errors())) from None
    except SettingsError as error:  # a variable of a whole group that is no JSON; its text names the field
        name = str(error).split('"')[1].upper()
        raise BadSettings(f"KEEPCOVERED_{name}: set its parts, each by its own name") from None
    settings = settings.at(settings.data_dir or default_data_dir(), None)
    return with_good_keys(checked_live(settings) if settings.live else completed_sandbox(settings))


def with_good_keys(settings: Settings) -> Settings:
    """Return the settings if their keys are keys; raises `BadSettings` naming the variable that is not."""
    for name in ("encryption_keys", "index_key"):
        try:
            for text in getattr(settings, name).get_secret_value().split(","):
                key_bytes(text)
        except BadSettings as error:
            raise BadSettings(f"KEEPCOVERED_{name.upper()}: {error}") from None
    return settings


def problem(error: object) -> str:
    """Name the variable and what is wrong with it, never its value."""
    name = "__".join(str(part) for part in error["loc"]).upper()  # type: ignore[index]
    return f"KEEPCOVERED_{name}: {error['msg']}"  # type: ignore[index]


def checked_live(settings: Settings) -> Settings:
    """Refuse live mode unless everything it needs was set by a person."""
    needed: dict[str, object] = {
        "DATABASE_URL": settings.database_url,
        "PUBLIC_URL": settings.public_url,
        "ENCRYPTION_KEYS": settings.encryption_keys.get_secret_value(),
        "INDEX_KEY": settings.index_key.get_secret_value(),
    }
    for provider in sorted(settings.channels.in_use & set(LIVE_NEEDS), key=list(LIVE_NEEDS).index):
        said = settings.of(provider)
        needed |= {f"{provider}__{name}".upper(): said[name] for name in LIVE_NEEDS[provider]}
    if missing := [f"KEEPCOVERED_{name}" for name, value in needed.items() if not value]:
        raise BadSettings(f"live mode needs {', '.join(missing)}")
    if not settings.public_url.startswith("https://"):
        raise BadSettings("live mode needs an https:// KEEPCOVERED_PUBLIC_URL")
    if settings.waits != 1:
        raise BadSettings("live mode waits as long as the providers need; unset KEEPCOVERED_WAITS")
    if settings.crashpoint:
        raise BadSettings("live mode has no crash points; unset KEEPCOVERED_CRASHPOINT")
    if any("/sandbox" in settings.of(provider)["base_url"] for provider in LIVE_URLS):
        raise BadSettings("live mode does not talk to the simulator; unset the BASE_URLs")
    return with_base_urls(settings, LIVE_URLS)


def completed_sandbox(settings: Settings) -> Settings:
    """Fill what is not set: made-up secrets, kept in the data folder, and the simulator's addresses."""
    data_dir = settings.data_dir or default_data_dir()
    made = made_up(data_dir)
    keep = settings.model_dump()
    noted = data_dir / PUBLIC_URL_NOTE
    last = noted.read_text() if noted.exists() else "http://127.0.0.1:8000"
    base = (settings.public_url or last).rstrip("/")
    values = {
        "public_url": base,
        "public_url_is_set": bool(settings.public_url),
        "encryption_keys": keep["encryption_keys"].get_secret_value() or made["encryption_key"],
        "index_key": keep["index_key"].get_secret_value() or made["index_key"],
        "simulator_private_key": made["simulator_private_key"],
        "simulator_telnyx_key": made["simulator_telnyx_key"],
        "smtp": {
            **keep["smtp"],
            "host": settings.smtp.host or "127.0.0.1",
            "port": settings.smtp.port or simulated_smtp_port(base),
            "starttls": settings.smtp.starttls and bool(settings.smtp.host),
            "webhook_secret": _plain(settings.smtp.webhook_secret) or made["smtp_webhook_secret"],
        },
        "smtp_is_simulated": not settings.smtp.host,
        **{
            provider: keep[provider]
            | {name: _plain(keep[provider][name]) or made[secret] for name, secret in own.items()}
            for provider, own in MADE_UP.items()
        },
    }
    complete = Settings.model_validate({**keep, **values})
    return with_base_urls(complete, {provider: f"{base}/sandbox/{provider}" for provider in LIVE_URLS})


def note_public_url(settings: Settings) -> None:
    """Leave the sandbox's address in the data folder, so that commands beside it find it."""
    if settings.data_dir is not None:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        (settings.data_dir / PUBLIC_URL_NOTE).write_text(settings.public_url)


def with_base_urls(settings: Settings, urls: Mapping[str, str]) -> Settings:
    """Return the settings with the providers' addresses where none was given."""
    groups = {provider: getattr(settings, provider) for provider in urls}
    return settings.model_copy(
        update={
            provider: group.model_copy(update={"base_url": group.base_url.rstrip("/") or urls[provider]})
            for provider, group in groups.items()
        }
    )


def simulated_smtp_port(public_url: str) -> int:
    """Return where the simulator takes mail: the port beside the one its pages are on."""
    return (urlsplit(public_url).port or 8000) + 1


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else ""
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value or "")
