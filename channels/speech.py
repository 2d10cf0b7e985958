"""What a call says, before any provider's markup: lines, then a key, another number, or the end."""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Line:
    """One thing said: words for a voice, or the address of a recording that says them."""

    words: str = field(repr=False)
    language: str
    clip_url: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class CallScript:
    """Lines to be said, one after the other.

    With `keys_url` a key may be pressed from the first word on, and is sent there (an empty one if none
    was pressed in time). With `connect_to` (E.164) the caller is then connected to that number, from
    `connect_from`, and `connected_url` is asked what to say when that call has ended or was not answered.
    Else the call ends after the last line.
    """

    lines: Sequence[Line] = field(repr=False)
    keys_url: str = ""
    connect_to: str = ""
    connect_from: str = ""
    connected_url: str = ""


SILENT = CallScript(())
