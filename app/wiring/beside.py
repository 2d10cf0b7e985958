"""The copy of the database's count, in a file of the data folder: it stays where it is when a database is put back."""

import json
import secrets
from pathlib import Path
from typing import Final
from uuid import UUID

from app.logs import log
from app.rules.epochs import Count

EPOCH: Final = "epoch.json"


class BesideFile:
    """Keeps the count beside the database; a folder that cannot be written to is told, and stops nobody."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> Count | None:
        """Return the copy; None where there is none, or none that can be read."""
        try:
            said = json.loads(self._path.read_text())
            return Count(UUID(said["id"]), int(said["number"]))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            log().error("the count beside the database cannot be read", error=type(error).__name__)
            return None

    def write(self, count: Count) -> None:
        """Keep the copy, unless another process has kept a later one."""
        held = self.read()
        if held is not None and held.id == count.id and held.number >= count.number:
            return
        fresh = self._path.with_name(f".{self._path.name}.{secrets.token_hex(4)}")
        try:
            fresh.write_text(json.dumps({"id": str(count.id), "number": count.number}))
            fresh.replace(self._path)
        except OSError as error:
            log().error("the count beside the database cannot be kept", error=type(error).__name__)
