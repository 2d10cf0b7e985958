"""Where recorded words lie: an operator's own in the data folder, then those that are shipped."""

from collections.abc import Callable, Iterator
from datetime import datetime
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from app.db.sealed import BlindIndex
from app.pipeline.clips import Clips, Shelf
from app.settings import Settings, key_bytes

CLIPS = "clips"
TABLE = "clips.toml"


def recordings(settings: Settings, machine_now: Callable[[], datetime]) -> Clips:
    """Build what knows the clips; `DATA_DIR/clips/<language>/` stands before the shipped ones."""
    return Clips(
        [own_shelf(settings.data_dir / CLIPS) if settings.data_dir else Shelf(), shipped_shelf()],
        index=BlindIndex(key_bytes(settings.index_key.get_secret_value())),
        machine_now=machine_now,
        public_url=settings.public_url.rstrip("/"),
        live=settings.live,
    )


def own_shelf(root: Path) -> Shelf:
    """Return an operator's recordings: `<language>/clips.toml` and `<language>/<name>.wav`."""
    folders = sorted(root.iterdir()) if root.is_dir() else []
    return _shelf((one, one) for one in folders)


def shipped_shelf() -> Shelf:
    """Return what the package brings: `<language>/clips.toml` and `<language>/clips/<name>.wav`."""
    root = resources.files("app").joinpath("content")
    return _shelf((one, one.joinpath(CLIPS)) for one in root.iterdir())


def _shelf(folders: Iterator[tuple[Traversable, Traversable]]) -> Shelf:
    """Read the tables, and note how to read each recording."""
    tables: dict[str, str] = {}
    sounds: dict[tuple[str, str], Callable[[], bytes]] = {}
    for place, inside in folders:
        if place.is_dir() and place.joinpath(TABLE).is_file():
            tables[place.name] = place.joinpath(TABLE).read_text("utf-8")
        if place.is_dir() and inside.is_dir():
            for file in inside.iterdir():
                if file.name.endswith(".wav"):
                    sounds[place.name, file.name.removesuffix(".wav")] = file.read_bytes
    return Shelf(tables, sounds)
