"""Settings: read once, frozen, and refused when half-set (`interface.md`, Settings).

Prefix `KEEPCOVERED_`, nested with `__`, or a `.env` file. In sandbox mode, secrets that are not set are
made on first start and kept in the data folder (0600); `live` mode refuses made-up secrets, the
embedded database and the simulator.
"""

import json
import os
import secrets
from base64 import b64decode
from pathlib import Path
from typing import Literal, Self

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from app.errors import BadSettings

PUBLIC_URL_NOTE = "public-url"
FROZEN = ConfigDict(frozen=True, extra="forbid")


class Twilio(BaseModel):
    """The account that texts and calls leave by; `base_url` may carry a path prefix."""

    model_config = FROZEN
    account_sid: str = ""
    auth_token: SecretStr = SecretStr("")
    base_url: str = ""


class Sendgrid(BaseModel):
    """The account that e-mail leaves by; `webhook_public_key` is base64 DER, as the vendor shows it."""

    model_config = FROZEN
    api_key: SecretStr = SecretStr("")
    base_url: str = ""
    webhook_public_key: str = ""


class Channels(BaseModel):
    """Which adapter serves each channel."""

    model_config = FROZEN
    sms: str = "twilio"
    email: str = "sendgrid"
    voice: str = "twilio"


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
    log_format: Literal["text", "json"] = "text"
    trusted_proxies: str = ""
    twilio: Twilio = Twilio()
    sendgrid: Sendgrid = Sendgrid()
    channels: Channels = Channels()
    public_url_is_set: bool = Field(default=False, exclude=True)
    """Whether a person set `public_url`; else the sandbox's port decides it."""
    simulator_private_key: SecretStr = SecretStr("")
    """The key with which the simulator signs e-mail events; made in sandbox mode."""

    @property
    def key_ring(self) -> tuple[bytes, ...]:
        """The encryption keys, 32 bytes each; the first encrypts."""
        return tuple(key_bytes(text) for text in self.encryption_keys.get_secret_value().split(","))

    @property
    def live(self) -> bool:
        """Whether real people are written to."""
        return self.mode == "live"

    def at(self, data_dir: Path | None, public_url: str | None) -> Self:
        """Return the settings with what the command line said."""
        said = {"data_dir": data_dir, "public_url": public_url}
        return self.model_copy(update={name: value for name, value in said.items() if value})


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
    needed = {
        "DATABASE_URL": settings.database_url,
        "PUBLIC_URL": settings.public_url,
        "ENCRYPTION_KEYS": settings.encryption_keys.get_secret_value(),
        "INDEX_KEY": settings.index_key.get_secret_value(),
        "TWILIO__ACCOUNT_SID": settings.twilio.account_sid,
        "TWILIO__AUTH_TOKEN": settings.twilio.auth_token.get_secret_value(),
        "SENDGRID__API_KEY": settings.sendgrid.api_key.get_secret_value(),
        "SENDGRID__WEBHOOK_PUBLIC_KEY": settings.sendgrid.webhook_public_key,
    }
    if missing := [f"KEEPCOVERED_{name}" for name, value in needed.items() if not value]:
        raise BadSettings(f"live mode needs {', '.join(missing)}")
    if not settings.public_url.startswith("https://"):
        raise BadSettings("live mode needs an https:// KEEPCOVERED_PUBLIC_URL")
    if any("/sandbox" in url for url in (settings.twilio.base_url, settings.sendgrid.base_url)):
        raise BadSettings("live mode does not talk to the simulator; unset the BASE_URLs")
    return with_base_urls(settings, "https://api.twilio.com", "https://api.sendgrid.com")


def completed_sandbox(settings: Settings) -> Settings:
    """Fill what is not set: made-up secrets, kept in the data folder, and the simulator's addresses."""
    data_dir = settings.data_dir or default_data_dir()
    made = made_secrets(data_dir / "sandbox-secrets.json")
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
        "twilio": {
            "account_sid": settings.twilio.account_sid or made["account_sid"],
            "auth_token": settings.twilio.auth_token.get_secret_value() or made["auth_token"],
            "base_url": settings.twilio.base_url,
        },
        "sendgrid": {
            "api_key": settings.sendgrid.api_key.get_secret_value() or made["api_key"],
            "base_url": settings.sendgrid.base_url,
            "webhook_public_key": settings.sendgrid.webhook_public_key or made["webhook_public_key"],
        },
    }
    complete = Settings.model_validate({**keep, **values})
    return with_base_urls(complete, f"{base}/sandbox/twilio", f"{base}/sandbox/sendgrid")


def note_public_url(settings: Settings) -> None:
    """Leave the sandbox's address in the data folder, so that commands beside it find it."""
    if settings.data_dir is not None:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        (settings.data_dir / PUBLIC_URL_NOTE).write_text(settings.public_url)


def with_base_urls(settings: Settings, twilio: str, sendgrid: str) -> Settings:
    """Return the settings with the providers' addresses where none was given."""
    return settings.model_copy(
        update={
            "twilio": settings.twilio.model_copy(update={"base_url": settings.twilio.base_url.rstrip("/") or twilio}),
            "sendgrid": settings.sendgrid.model_copy(
                update={"base_url": settings.sendgrid.base_url.rstrip("/") or sendgrid}
            ),
        }
    )


def made_secrets(path: Path) -> dict[str, str]:
    """Return the sandbox's secrets, made once; two processes that start together keep the same ones."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    if not path.exists():
        fresh.touch(0o600)
        fresh.write_text(json.dumps(new_secrets()))
        try:
            os.link(fresh, path)  # atomic: the first to link wins
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    found: dict[str, str] = json.loads(path.read_text())
    return found


def new_secrets() -> dict[str, str]:
    """Make the sandbox's secrets up."""
    key = ec.generate_private_key(ec.SECP256R1())
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    body = "".join(line for line in public.decode().splitlines() if "-----" not in line)
    return {
        "encryption_key": secrets.token_urlsafe(32),
        "index_key": secrets.token_urlsafe(32),
        "account_sid": f"AC{secrets.token_hex(16)}",
        "auth_token": secrets.token_hex(16),
        "api_key": f"SG.{secrets.token_urlsafe(32)}",
        "webhook_public_key": body,
        "simulator_private_key": private.decode(),
    }
