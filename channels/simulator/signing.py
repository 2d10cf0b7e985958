"""How the providers sign what they send us."""

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping

from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

EVENT_SIGNATURE = "X-Twilio-Email-Event-Webhook-Signature"
EVENT_TIMESTAMP = "X-Twilio-Email-Event-Webhook-Timestamp"
TELNYX_SIGNATURE = "Telnyx-Signature-Ed25519"
REPORT_SIGNATURE = "X-KeepCovered-Signature"
TELNYX_TIMESTAMP = "Telnyx-Timestamp"


def twilio_signature(token: str, url: str, params: Mapping[str, str]) -> str:
    """Return `X-Twilio-Signature` of a form: HMAC-SHA1 over the URL and the sorted fields.

    What follows `#` in the URL configures the provider's retries and never travels, so it is left out.
    """
    signed = url.partition("#")[0] + "".join(name + params[name] for name in sorted(params))
    digest = hmac.new(token.encode(), signed.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()


def event_signer(pem: str) -> Callable[[str, bytes], str]:
    """Return the function that signs a batch of e-mail events: ECDSA over time stamp and raw body.

    Raises:
        ValueError: the key is no elliptic-curve key.
    """
    key = load_pem_private_key(pem.encode(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise ValueError("the e-mail event key must be an ECDSA P-256 key")  # noqa: TRY004 -- a wrong setting, not a wrong call
    private = key

    def sign(timestamp: str, body: bytes) -> str:
        signature = private.sign(timestamp.encode() + body, ec.ECDSA(SHA256()))
        return base64.b64encode(signature).decode()

    return sign


def report_signature(secret: str, timestamp: str, body: bytes) -> str:
    """Return the header that signs a report about a mail: HMAC-SHA256 over time stamp, a dot and the raw body."""
    digest = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return f"t={timestamp},v1={digest}"


def telnyx_signer(pem: str) -> Callable[[str, bytes], str]:
    """Return the function that signs an event of Telnyx: Ed25519 over time stamp, a bar and the raw body.

    Raises:
        ValueError: the key is no Ed25519 key.
    """
    key = load_pem_private_key(pem.encode(), password=None)
    if not isinstance(key, ed25519.Ed25519PrivateKey):
        raise ValueError("Telnyx's key must be an Ed25519 key")  # noqa: TRY004 -- a wrong setting, not a wrong call
    private = key

    def sign(timestamp: str, body: bytes) -> str:
        return base64.b64encode(private.sign(timestamp.encode() + b"|" + body)).decode()

    return sign
