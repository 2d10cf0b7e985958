"""Reads the dated tables that are shipped."""

from importlib import resources

from app.pipeline.calendars import Almanac
from schedules.constants import parse_constants
from schedules.legal import parse_legal_windows

CONSTANTS, LEGAL_WINDOWS = "constants.toml", "legal_windows.toml"


def shipped_almanac() -> Almanac:
    """Return the almanac made of the shipped constants and legal windows."""
    folder = resources.files("schedules")
    constants = parse_constants(folder.joinpath(CONSTANTS).read_text("utf-8"), name=CONSTANTS)
    law = parse_legal_windows(folder.joinpath(LEGAL_WINDOWS).read_text("utf-8"), name=LEGAL_WINDOWS)
    return Almanac(constants, law)
