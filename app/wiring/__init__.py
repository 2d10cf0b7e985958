"""Builds every object once and hands it out: the services, the adapters they use, the places they keep things in."""

from app.wiring.almanac import shipped_almanac
from app.wiring.places import database_url, erase_database, folder, open_database_url, until_it_answers
from app.wiring.recordings import recordings
from app.wiring.services import (
    VERSION,
    Services,
    build,
    machine_now,
    migrate,
    open_services,
    shipped,
    shipped_ladders,
)

__all__ = [
    "VERSION", "Services", "build", "database_url", "erase_database", "folder", "machine_now", "migrate",
    "open_database_url", "open_services", "recordings", "shipped", "shipped_almanac", "shipped_ladders",
    "until_it_answers",
]  # fmt: skip
