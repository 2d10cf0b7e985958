"""The sandbox's made-up secrets: made once, kept in the data folder for its owner alone."""

import json
import os
import secrets
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519


def made_up(data_dir: Path) -> dict[str, str]:
    """Return the sandbox's secrets, those of each group from a file of its own."""
    files = {"secrets": new_secrets, "telnyx": new_telnyx_secrets, "smtp": new_smtp_secrets}
    groups = [made_secrets(data_dir / f"sandbox-{name}.json", make) for name, make in files.items()]
    return {name: secret for group in groups for name, secret in group.items()}


def made_secrets(path: Path, make: Callable[[], dict[str, str]]) -> dict[str, str]:
    """Return what the file holds, made if it is not there; two processes that start together keep the same."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        fresh.touch(0o600)
        fresh.write_text(json.dumps(make()))
        try:
            os.link(fresh, path)  # atomic: the first to link wins
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    found: dict[str, str] = json.loads(path.read_text())
    return found


def new_secrets() -> dict[str, str]:
    """Make the keys of our own rows up, and Twilio's and SendGrid's secrets."""
    key = ec.generate_private_key(ec.SECP256R1())
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    body = "".join(line for line in public.decode().splitlines() if "-----" not in line)
    return {
        "encryption_key": secrets.token_urlsafe(32),
        "index_key": secrets.token_urlsafe(32),
        "account_sid": f"AC{secrets.token_hex(16)}",
        "auth_token": secrets.token_hex(16),
        "api_key": f"SG.{secrets.token_urlsafe(32)}",
        "webhook_public_key": body,
        "simulator_private_key": _pem(key),
    }


def new_telnyx_secrets() -> dict[str, str]:
    """Make Telnyx's secrets up."""
    key = ed25519.Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return {
        "telnyx_api_key": f"KEY{secrets.token_urlsafe(32)}",
        "telnyx_public_key": b64encode(public).decode(),
        "simulator_telnyx_key": _pem(key),
    }


def new_smtp_secrets() -> dict[str, str]:
    """Make up what signs the reports about mail."""
    return {"smtp_webhook_secret": secrets.token_urlsafe(32)}


def _pem(key: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey) -> str:
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private.decode()
