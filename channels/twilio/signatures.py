"""Is a callback from Twilio? The signature covers the public address and every field of the form.

Only POST forms are known here; Twilio's time stamps nothing, so a genuine callback that comes again is
for the receiver to absorb (each signal has a key).
"""

import hmac
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qsl, urlsplit

from twilio.request_validator import RequestValidator, add_port, remove_port

from channels.signals import BadSignature, Callback
from channels.transport import header

_MOST_FIELDS = 500


class Signatures:
    """Verifies callbacks with any of several tokens, so that a token can be replaced without a gap."""

    def __init__(self, tokens: Sequence[str]) -> None:
        self._validators = [RequestValidator(token) for token in tokens if token]

    def form(self, callback: Callback) -> Mapping[str, str]:
        """Return the fields of a genuine callback; raises `BadSignature` for anything else."""
        try:
            form = _form(callback.body)
            signature = header(callback.headers, "X-Twilio-Signature").encode("ascii")
            genuine = any(
                hmac.compare_digest(validator.compute_signature(url, form).encode(), signature)
                for validator in self._validators
                for url in _spellings(callback.url)
            )
        except ValueError:  # not a form, not UTF-8, not an address
            raise BadSignature from None  # the cause would quote what was sent
        if not genuine:
            raise BadSignature
        return form


def _form(body: bytes) -> dict[str, str]:
    """Parse strictly: the signed text joins names and values without a mark between them.

    A field without `=` or a repeated name would let two different forms have one signature.
    """
    pairs = parse_qsl(
        body.decode("ascii"),
        keep_blank_values=True,
        strict_parsing=bool(body),
        errors="strict",
        max_num_fields=_MOST_FIELDS,
    )
    form = dict(pairs)
    if len(form) != len(pairs):
        raise ValueError
    return form


def _spellings(url: str) -> list[str]:
    """Return the address as given, then with and without its port: Twilio is known to sign either."""
    parts = urlsplit(url)
    return list(dict.fromkeys((url, add_port(parts), remove_port(parts))))
