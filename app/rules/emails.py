"""E-mail addresses: the canonical spelling, or why a text is none."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from email_validator import EmailNotValidError, ValidatedEmail, validate_email

from app.rules.cells import fold, says_nothing

MAX_LOCAL: Final = 64
"""The longest part before the @ (RFC 5321, 4.5.3.1.1)."""
MAX_DOMAIN: Final = 180
"""The longest domain that is read the short way; a whole address has at most 254 characters."""


class EmailFault(StrEnum):
    """Why a text is no e-mail address that we can use."""

    BLANK = "blank"
    PLACEHOLDER = "placeholder"
    CONTROL = "control"
    MIXED_SCRIPTS = "mixed_scripts"
    MALFORMED = "malformed"


REASONS: Final[dict[EmailFault, str]] = {
    EmailFault.BLANK: "there is no e-mail address here",
    EmailFault.PLACEHOLDER: "this address only fills the field; give the real one or leave it blank",
    EmailFault.CONTROL: "the address holds a line break or another control character",
    EmailFault.MIXED_SCRIPTS: "the domain mixes alphabets, as look-alike addresses do; type it again",
    EmailFault.MALFORMED: "this is not an e-mail address; write it like name@example.org",
}
"""What is wrong and how to mend it, by fault; a reason never repeats the address."""

_PLAIN: Final = re.compile(
    r"([a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*)"
    r"@((?:[a-z0-9](?:[a-z0-9]|-(?!-)){0,30}(?<!-)\.)+[a-z]{2,24})",
    re.IGNORECASE | re.ASCII,
)
_SPECIAL: Final = frozenset({"arpa", "invalid", "local", "localhost", "onion"})
_FILLERS: Final = frozenset({"none", "noemail", "nomail", "noemailaddress"})
_ALLOWED_TOGETHER: Final = (frozenset({"CJK", "HIRAGANA", "KATAKANA"}), frozenset({"CJK", "HANGUL"}))


@dataclass(frozen=True, slots=True)
class BadEmail:
    """A text that is no e-mail address that we can use."""

    fault: EmailFault

    @property
    def reason(self) -> str:
        """Return what is wrong and how to mend it."""
        return REASONS[self.fault]


def read_email(text: str) -> str | BadEmail:
    """Return the address with its domain in lower case and in ASCII; whether it exists is not asked.

    The reserved domains of examples and tests count (RFC 6761), for the sandbox lives there.
    """
    plain = text.strip(" \t")
    if fault := _refused(plain):
        return BadEmail(fault)
    address = _canonical(plain)
    if address is None:
        return BadEmail(EmailFault.MALFORMED)
    return BadEmail(EmailFault.PLACEHOLDER) if _only_fills(address) else address


def _refused(plain: str) -> EmailFault | None:
    if says_nothing(plain):
        return EmailFault.BLANK
    if plain.isascii() and plain.isprintable():
        return None
    if any(unicodedata.category(c)[0] == "C" or c in "\u2028\u2029" for c in plain):
        return EmailFault.CONTROL
    labels = plain.rpartition("@")[2].split(".")
    return EmailFault.MIXED_SCRIPTS if any(map(_mixes_scripts, labels)) else None


def _canonical(plain: str) -> str | None:
    found = _PLAIN.fullmatch(plain)
    if found and len(found[1]) <= MAX_LOCAL and len(found[2]) <= MAX_DOMAIN:
        domain = found[2].lower()
        return None if domain.rpartition(".")[2] in _SPECIAL else f"{found[1]}@{domain}"
    try:
        checked = validate_email(plain, check_deliverability=False, allow_smtputf8=False, test_environment=True)
    except EmailNotValidError:
        return None
    return _joined(checked)


def _joined(checked: ValidatedEmail) -> str | None:
    domain = checked.ascii_domain
    return f"{checked.local_part}@{domain.lower()}" if domain and "." in domain else None


def _mixes_scripts(label: str) -> bool:
    scripts = frozenset(unicodedata.name(c, "?").split()[0] for c in label if c.isalpha() and c.isprintable())
    return len(scripts) > 1 and not any(scripts <= allowed for allowed in _ALLOWED_TOGETHER)


def _only_fills(address: str) -> bool:
    """Tell whether the address is a word for none, such as none@none.com, which reaches a stranger."""
    local, _, domain = address.partition("@")
    if fold(local) in _FILLERS:
        return True
    return says_nothing(local) and says_nothing(domain.partition(".")[0])
