"""Member ids that stand in a file more than once."""

from hashlib import blake2b
from typing import Final

from app.rules.roster_columns import MEMBER_REF, Columns
from app.rules.roster_rows import Problem, Record, Reject, Row

_DIGEST_SIZE: Final = 16
_SEPARATOR: Final = "\x1f"


class Standing:
    """The members taken so far; of each only two digests and a line are kept, so a large file stays small."""

    __slots__ = ("_taken",)

    def __init__(self) -> None:
        self._taken: dict[bytes, tuple[int, bytes]] = {}

    def admit(self, row: Row, record: Record, columns: Columns) -> Row | Reject:
        """Return the row, or a reject if another row of its member says otherwise.

        The first row that could be taken stands; the same again passes, since it changes nothing.
        """
        content = _digest(_SEPARATOR.join(record.cells))
        line, standing = self._taken.setdefault(_digest(row.member_ref), (row.line, content))
        if standing == content:
            return row
        reason = f"this member id stands already on line {line} with other values; keep the right row of the two"
        return Reject(record.line, (Problem(columns.name_of(MEMBER_REF), reason),), record.cells)


def _digest(text: str) -> bytes:
    return blake2b(text.encode(), digest_size=_DIGEST_SIZE).digest()
