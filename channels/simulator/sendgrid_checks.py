"""What SendGrid takes in a `mail/send` request; everything it would refuse is named.

Fields that SendGrid knows but the simulator does not act upon are refused too: taking them in
silence would make a test pass that the real provider would fail.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

TOP = frozenset(
    [
        "personalizations",
        "from",
        "reply_to",
        "reply_to_list",
        "subject",
        "content",
        "headers",
        "categories",
        "custom_args",
        "ip_pool_name",
        "tracking_settings",
        "mail_settings",
        "send_at",
        "batch_id",
    ]
)
PERSONAL = frozenset(["to", "subject", "headers", "substitutions", "custom_args"])
REQUIRED = ("personalizations", "from", "subject", "content")
RESERVED_HEADERS = frozenset(
    [
        "x-sg-id",
        "x-sg-eid",
        "received",
        "dkim-signature",
        "content-type",
        "content-transfer-encoding",
        "to",
        "from",
        "subject",
        "reply-to",
        "cc",
        "bcc",
    ]
)
MOST_PEOPLE = 1000
MOST_BYTES = 10_000
MOST_WORDS = 150
MOST_CATEGORIES = 10
LONGEST_CATEGORY = 255
ORDER = {"text/plain": 0, "text/html": 1}
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing SendGrid objects to."""

    field: str
    message: str


Flaws = Iterator[Flaw]


def flaws(request: object) -> list[Flaw]:
    """Return what is wrong with a request; nothing when it would be taken."""
    if not isinstance(request, dict):
        return [Flaw("", "The body is not a JSON object.")]
    shape = [*_missing(request), *_unknown(request, TOP, ""), *_wrong_types(request)]
    return shape or [flaw for check in _CHECKS for flaw in check(request)]


def _missing(request: Json) -> Flaws:
    for name in REQUIRED:
        if not request.get(name):
            yield Flaw(name, f"The {name} is required.")


def _unknown(found: Json, known: frozenset[str], prefix: str) -> Flaws:
    for name in sorted(set(found) - known):
        yield Flaw(prefix + name, "The field is not known, or not simulated.")


_TYPES: tuple[tuple[str, type], ...] = (
    ("personalizations", list),
    ("from", dict),
    ("subject", str),
    ("content", list),
    ("headers", dict),
    ("custom_args", dict),
    ("categories", list),
    ("tracking_settings", dict),
    ("mail_settings", dict),
    ("reply_to", dict),
    ("send_at", int),
    ("batch_id", str),
)
_PERSONAL_TYPES: tuple[tuple[str, type], ...] = (
    ("subject", str),
    ("headers", dict),
    ("substitutions", dict),
    ("custom_args", dict),
)


def _of_type(found: Json, types: Iterable[tuple[str, type]], prefix: str = "") -> Flaws:
    for name, wanted in types:
        # In JSON true is no number, as it is in Python.
        if name in found and (not isinstance(found[name], wanted) or isinstance(found[name], bool)):
            yield Flaw(prefix + name, f"The {name} has the wrong type.")


def _wrong_types(request: Json) -> Flaws:
    yield from _of_type(request, _TYPES)
    for name in ("personalizations", "content"):
        items = request.get(name)
        if isinstance(items, list) and not all(isinstance(item, dict) for item in items):
            yield Flaw(name, f"Each of the {name} must be an object.")


def _sender(request: Json) -> Flaws:
    if not _is_address(request["from"]):
        yield Flaw("from.email", "The from address is not valid.")
    yield from _of_type(request["from"], [("name", str)], "from.")


def _content(request: Json) -> Flaws:
    kinds = [part.get("type") for part in request["content"]]
    if not all(isinstance(kind, str) and kind in ORDER for kind in kinds):
        yield Flaw("content.type", "Only text/plain and text/html are simulated.")
    elif kinds != sorted(kinds, key=lambda kind: ORDER[kind]) or len(set(kinds)) != len(kinds):
        yield Flaw("content.type", "text/plain comes first, then text/html, each once.")
    if not all(isinstance(part.get("value"), str) and part["value"] for part in request["content"]):
        yield Flaw("content.value", "Each content needs a value.")


def _switches(request: Json) -> Flaws:
    sandbox = _table(_table(request, "mail_settings"), "sandbox_mode")
    if sandbox.get("enable"):
        yield Flaw("mail_settings.sandbox_mode", "SendGrid's own sandbox is not simulated.")


def _categories(request: Json) -> Flaws:
    named = request.get("categories", [])
    if not all(isinstance(one, str) for one in named):
        yield Flaw("categories", "Categories must be an array of strings.")
        return
    if len(named) > MOST_CATEGORIES:
        yield Flaw("categories", f"There is a limit of {MOST_CATEGORIES} categories.")
    if len(set(named)) != len(named):
        yield Flaw("categories", "The categories must be a unique list.")
    if not all(one.isascii() and 0 < len(one) <= LONGEST_CATEGORY for one in named):
        yield Flaw("categories", f"A category has 1 to {LONGEST_CATEGORY} characters of ASCII.")


def _people(request: Json) -> Flaws:
    people = request["personalizations"]
    if len(people) > MOST_PEOPLE:
        yield Flaw("personalizations", f"At most {MOST_PEOPLE} personalizations are allowed.")
        return
    for place, person in enumerate(people):
        yield from _person(request, person, f"personalizations.{place}.")
    seen = Counter(_key(to) for person in people for to in _recipients(person))
    if any(count > 1 for count in seen.values()):
        yield Flaw("personalizations.to", "Each address may stand only once in a request.")


def _person(request: Json, person: Json, prefix: str) -> Flaws:
    yield from _unknown(person, PERSONAL, prefix)
    yield from _of_type(person, _PERSONAL_TYPES, prefix)
    to = _recipients(person)
    if len(to) != 1 or not _is_address(to[0]):
        yield Flaw(prefix + "to", "One valid address is needed; more in one e-mail are not simulated.")
    yield from _words(person, prefix)
    yield from _headers({**_table(request, "headers"), **_table(person, "headers")}, prefix)
    arguments = {**_table(request, "custom_args"), **_table(person, "custom_args")}
    if not _all_strings(arguments) or _bytes(arguments) >= MOST_BYTES:
        yield Flaw(prefix + "custom_args", "Only strings, less than 10,000 bytes in all.")


def _words(person: Json, prefix: str) -> Flaws:
    words = _table(person, "substitutions")
    if not _all_strings(words) or _bytes(words) > MOST_BYTES:
        yield Flaw(prefix + "substitutions", "Only strings, at most 10,000 bytes in all.")
    elif len(words) > MOST_WORDS:
        yield Flaw(prefix + "substitutions", f"At most {MOST_WORDS} substitutions a person.")


def _headers(headers: Json, prefix: str) -> Flaws:
    reserved = sorted(name for name in headers if name.lower() in RESERVED_HEADERS)
    if reserved:
        yield Flaw(prefix + "headers", f"The header {reserved[0]} is reserved.")
    if not _all_strings(headers):
        yield Flaw(prefix + "headers", "A header's value must be a string.")
    elif not all(name.isascii() and " " not in name and _one_line(str(value)) for name, value in headers.items()):
        yield Flaw(prefix + "headers", "A header is one line of ASCII, and its name one word.")


def _one_line(text: str) -> bool:
    return text.isascii() and not set(text) & set("\r\n")


def _recipients(person: Json) -> list[Any]:
    to = person.get("to")
    return to if isinstance(to, list) else []


def _key(to: object) -> str:
    return str(to.get("email", "")).lower() if isinstance(to, dict) else ""


def _is_address(value: object) -> bool:
    return isinstance(value, dict) and bool(_ADDRESS.fullmatch(str(value.get("email", ""))))


def _table(person: Json, name: str) -> Json:
    table = person.get(name)
    return table if isinstance(table, dict) else {}


def _all_strings(values: Json) -> bool:
    return all(isinstance(value, str) for value in values.values())


def _bytes(values: Json) -> int:
    return len(json.dumps(values, ensure_ascii=False).encode())


_CHECKS: Iterable[Callable[[Json], Flaws]] = (_sender, _content, _switches, _categories, _people)
