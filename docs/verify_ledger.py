#!/usr/bin/env python3
"""Checks an export of a KeepCovered consent ledger: every line, every hash, and the signed head.

Needs Python 3.9 or newer and nothing else, and shares no code with the service. Usage:

    python3 verify_ledger.py ledger.ndjson [--key PUBLIC_KEY] [--head OLDER_HEAD.json]

`--key` is the public key that you were given by another way (without it the one in the file is used, which only
proves that the file is whole). `--head` is a head that you kept from before: the line it names must still have its
hash. Exit code 0: the ledger holds. 1: it does not, and the first broken line is named. 2: it cannot be read.
"""

import argparse
import hashlib
import json
import sys
from pathlib import Path
from typing import Any, Dict, Iterator, Optional, Tuple  # noqa: UP035  (an auditor's Python may be old)

Point = Tuple[int, int, int, int]  # noqa: UP006
Entry = Dict[str, Any]  # noqa: UP006
# Ed25519 (RFC 8032), to check signatures only.
P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)
KEY_BYTES, SIGNATURE_BYTES = 32, 64


class Broken(Exception):
    """The ledger does not hold."""


def canonical(value: object) -> bytes:
    """Return JSON in its one form."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode("ascii")


def x_of(y: int, odd: int) -> Optional[int]:  # noqa: UP045
    """Return the x of a point of the curve, None if there is none."""
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if y >= P or (x * x - square) % P or (x == 0 and odd):
        return None
    return P - x if x & 1 != odd else x


def point_of(text: bytes) -> Optional[Point]:  # noqa: UP045
    """Return the point that 32 bytes stand for, None if they stand for none."""
    number = int.from_bytes(text, "little")
    y = number & (2**255 - 1)
    x = x_of(y, number >> 255)
    return None if x is None else (x, y, 1, x * y % P)


def add(a: Point, b: Point) -> Point:
    """Add two points."""
    left, right = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    c, d = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = right - left, d - c, d + c, right + left
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(number: int, point: Point) -> Point:
    """Multiply a point."""
    result = (0, 1, 1, 0)
    while number:
        if number & 1:
            result = add(result, point)
        point, number = add(point, point), number >> 1
    return result


def is_signed(key: bytes, message: bytes, signature: bytes) -> bool:
    """Say whether a signature is that of a key over a message."""
    if len(key) != KEY_BYTES or len(signature) != SIGNATURE_BYTES:
        return False
    base = point_of((4 * pow(5, P - 2, P) % P).to_bytes(KEY_BYTES, "little"))
    public, r = point_of(key), point_of(signature[:KEY_BYTES])
    s = int.from_bytes(signature[KEY_BYTES:], "little")
    if base is None or public is None or r is None or s >= ORDER:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:KEY_BYTES] + key + message).digest(), "little") % ORDER
    a, b = times(s, base), add(r, times(h, public))
    return (a[0] * b[2] - b[0] * a[2]) % P == 0 and (a[1] * b[2] - b[1] * a[2]) % P == 0


def entries(path: str) -> Iterator[Entry]:
    """Give what stands in the file, row by row."""
    with Path(path).open(encoding="utf-8") as file:
        for place, text in enumerate(file, 1):
            try:
                entry = json.loads(text)
            except ValueError:
                raise Broken(f"row {place} of the file is no JSON") from None
            if not isinstance(entry, dict):
                raise Broken(f"row {place} of the file is none of an export")
            yield entry


def follow(number: int, before: bytes, entry: Entry) -> bytes:
    """Check one line against the one before it; return its hash."""
    line = entry.get("line")
    if not isinstance(line, dict) or line.get("number") != number:
        raise Broken(f"line {number} is missing or stands elsewhere")
    found = hashlib.sha256(before + canonical(line)).digest()
    if found.hex() != entry.get("hash"):
        raise Broken(f"line {number} is not what was linked")
    return found


def check_head(entry: Entry, number: int, before: bytes, key: str) -> None:
    """Check that the signed head is the end of what was read."""
    head = entry["head"]
    if head.get("number") != number or head.get("hash") != before.hex():
        raise Broken(f"line {number + 1} is missing, or the head is of another ledger")
    try:
        public, signature = bytes.fromhex(key or entry["public_key"]), bytes.fromhex(entry["signature"])
    except (KeyError, TypeError, ValueError):
        raise Broken("the head is not signed") from None
    if not is_signed(public, canonical(head), signature):
        raise Broken("the head is not signed by this key")


def check_kept(kept: Entry, number: int, found: bytes) -> None:
    """Check a line against a head that was kept from before."""
    if kept.get("number") == number and kept.get("hash") != found.hex():
        raise Broken(f"line {number} is another than in the head that was kept")


def check_reach(kept: Entry, begin: int, end: int) -> None:
    """Check that the line of a head that was kept from before was among those that were read."""
    if kept and not begin < kept.get("number", 0) <= end:
        raise Broken(f"line {kept.get('number')} of the head that was kept is not in the file")


def verify(path: str, key: str = "", kept: Optional[Entry] = None) -> Tuple[int, int]:  # noqa: UP006, UP045
    """Check a whole export; return the numbers of its first and last line."""
    rows, kept, agencies, ended = entries(path), kept or {}, set(), False
    begun = next(rows, {}).get("before")
    if not isinstance(begun, dict):
        raise Broken("the file does not begin as an export does")
    begin = number = begun["number"]
    found = bytes.fromhex(begun["hash"])
    for entry in rows:
        if ended:
            raise Broken("something stands behind the head")
        ended = "head" in entry
        if ended:
            check_head(entry, number, found, key)
        else:
            number, found = number + 1, follow(number + 1, found, entry)
            check_kept(kept, number, found)
        agencies.add((entry["head"] if ended else entry["line"]).get("agency_id"))
        if len(agencies) > 1:
            raise Broken(f"line {number} is of another agency")
    if not ended:
        raise Broken(f"line {number + 1} is missing: the file ends without a head")
    check_reach(kept, begin, number)
    return begin + 1, number


def head_in(path: str) -> Entry:
    """Return the head that a file holds."""
    said = json.loads(Path(path).read_text("utf-8"))
    head: Entry = said.get("head", said)
    return head


def main() -> int:
    """Check the file that the command line names."""
    about = argparse.ArgumentParser(description="Checks an export of a KeepCovered consent ledger.")
    about.add_argument("file")
    about.add_argument("--key", default="", help="the public key, in hexadecimal digits")
    about.add_argument("--head", help="a head that was kept from before, as JSON")
    asked = about.parse_args()
    try:
        first, last = verify(asked.file, asked.key, head_in(asked.head) if asked.head else None)
    except Broken as broken:
        sys.stdout.write(f"BROKEN: {broken}\n")
        return 1
    except (OSError, AttributeError, KeyError, TypeError, ValueError) as error:
        sys.stderr.write(f"cannot be read: {type(error).__name__}: {error}\n")
        return 2
    sys.stdout.write(f"OK: {last - first + 1} lines ({first} to {last}) hold, and the head is signed\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
