"""Reads rosters: the members of a county or plan, as its own programs export them.

Nothing is dropped in silence: each record comes back as a `Row` (with what was mended) or as a `Reject`
(with its line and why), and columns that are not known stand in the roster's warnings.
"""

from app.rules.roster_csv import read_csv
from app.rules.roster_ndjson import read_ndjson
from app.rules.roster_rows import BadFile, Problem, Reject, Roster, Row
from app.rules.roster_text import FileText, text_of

__all__ = [
    "BadFile",
    "FileText",
    "Problem",
    "Reject",
    "Roster",
    "Row",
    "read_csv",
    "read_ndjson",
    "text_of",
]
