"""The phones and e-mails of one record: which count, which are mended, which stop the row."""

import re
from typing import Final

from app.rules.cells import fold, says_nothing
from app.rules.emails import BadEmail, EmailFault, read_email
from app.rules.facts import UNCHANGED, Email, LineKind, Maybe, Phone
from app.rules.phones import BadPhone, PhoneFault, PhoneRead, read_phone, split_cell
from app.rules.roster_cells import Reading
from app.rules.roster_columns import PhoneColumn
from app.rules.roster_words import KINDS

NO_NUMBER: Final = "the word for none was read as no number"
SEVERAL_NUMBERS: Final = "several numbers in one cell were taken apart"
PUT_BACK: Final = "a number in scientific form still had all its digits"
PLACEHOLDER_LEFT: Final = "a number that only fills the field was left out"
KIND_LEFT: Final = "this kind of line is not known and was left out"
NO_ADDRESS: Final = "the word for none was read as no address"
SEVERAL_ADDRESSES: Final = "several addresses in one cell were taken apart"
ADDRESS_CLEANED: Final = "marks around the address were left out"

_BETWEEN: Final = re.compile(r"[;,|/\s]+")
_AROUND: Final = re.compile(r"(?:.*<)?(?:mailto:)?([^<>\s]+@[^<>\s]+?)[>.;,]*")


def phones(reading: Reading, columns: tuple[PhoneColumn, ...]) -> Maybe[tuple[Phone, ...]]:
    """Return the member's numbers, best first; no number at all leaves what is known unchanged."""
    if "phones" in reading.emptied:
        return None
    found: dict[str, LineKind] = {}
    fillers: list[PhoneColumn] = []
    for column in columns:
        if reading.raw_at(column.place):
            _numbers_of(reading, column, found, fillers)
    for column in fillers:
        if found:
            reading.mended_at(column.place, PLACEHOLDER_LEFT)
        else:
            reading.bad_at(column.place, BadPhone(PhoneFault.PLACEHOLDER).reason)
    return tuple(Phone(*item, rank) for rank, item in enumerate(found.items(), 1)) or UNCHANGED


def emails(reading: Reading, places: tuple[int, ...]) -> Maybe[tuple[Email, ...]]:
    """Return the member's addresses, best first; none at all leaves what is known unchanged."""
    if "emails" in reading.emptied:
        return None
    found: dict[str, None] = {}
    for place in places:
        text = reading.at(place)
        if text and says_nothing(text):
            reading.mended_at(place, NO_ADDRESS)
        elif text:
            found.update(dict.fromkeys(_addresses(reading, place, text)))
    return tuple(Email(address, rank) for rank, address in enumerate(found, 1)) or UNCHANGED


def _numbers_of(reading: Reading, column: PhoneColumn, found: dict[str, LineKind], fillers: list[PhoneColumn]) -> None:
    """Add the numbers of one cell; a kind beside the cell is that of its first number."""
    parts = split_cell(reading.raw_at(column.place))
    kind = _kind(reading, column)
    _note_shape(reading, column.place, parts)
    for part in parts:
        number = read_phone(part)
        if isinstance(number, PhoneRead):
            found.setdefault(number.number, number.kind if kind is LineKind.UNKNOWN else kind)
            kind = column.kind
        elif number.fault is PhoneFault.PLACEHOLDER:
            fillers.append(column)
        else:
            reading.bad_at(column.place, number.reason)


def _note_shape(reading: Reading, place: int, parts: tuple[str, ...]) -> None:
    if not parts and reading.at(place):
        reading.mended_at(place, NO_NUMBER)
    elif len(parts) > 1:
        reading.mended_at(place, SEVERAL_NUMBERS)
    elif parts and "E" in parts[0].upper():
        reading.mended_at(place, PUT_BACK)


def _kind(reading: Reading, column: PhoneColumn) -> LineKind:
    text = reading.at(column.kind_place)
    if not text or column.kind_place is None:
        return column.kind
    known = KINDS.get(fold(text))
    if known is None and not says_nothing(text):
        reading.mended_at(column.kind_place, KIND_LEFT)
    return known or column.kind


def _addresses(reading: Reading, place: int, text: str) -> list[str]:
    whole = read_email(text)
    if isinstance(whole, str):
        return [whole]
    if text.count("@") == 1:
        cleaned = _AROUND.fullmatch(text)
        read = read_email(cleaned[1]) if cleaned else whole
        return _kept(reading, place, [read], ADDRESS_CLEANED)
    parts = [part for part in _BETWEEN.split(text) if part and not says_nothing(part)]
    return _kept(reading, place, [read_email(part) for part in parts] or [whole], SEVERAL_ADDRESSES)


def _kept(reading: Reading, place: int, reads: list[str | BadEmail], note: str) -> list[str]:
    """Return the good addresses; a filler is no address, any other bad one stops the row."""
    bad = [read for read in reads if isinstance(read, BadEmail)]
    real = next((read for read in bad if read.fault is not EmailFault.PLACEHOLDER), None)
    if real is not None:
        reading.bad_at(place, real.reason)
    else:
        reading.mended_at(place, NO_ADDRESS if bad else note)
    return [read for read in reads if isinstance(read, str)]
