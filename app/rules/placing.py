"""Sets where each of a member's contact points is: its zone, and the place whose hours and laws bind us."""

from collections.abc import Mapping

from app.rules.phones import PhoneRead, read_phone
from app.rules.places import place_of
from app.rules.record import Member, Point
from app.rules.zones import zone_of_zip


def to_be_placed(member: Member) -> bool:
    """Say whether it may be another place than before, or was never asked."""
    return member.relocated or any(point.listed and point.place is None for point in member.points.values())


def lacks_numbers(member: Member) -> bool:
    """Say whether a phone number has to be opened first to place it."""
    return any(point.kind == "phone" and point.listed and point.value is None for point in member.points.values())


def place_points(member: Member, opened: Mapping[bytes, str]) -> None:
    """Set zone and place of what is listed; `opened` are numbers by their index that no event of now said."""
    for point in member.points.values():
        if point.listed:
            _place(member, point, point.value or opened.get(point.index, ""))
    member.relocated = False


def _place(member: Member, point: Point, value: str) -> None:
    zip_code, number = member.private.get("zip", ""), value if point.kind == "phone" else ""
    zone = zone_of_zip(zip_code) or _zone_of_number(number)
    place = str(place_of(timezone=member.timezone, zip_code=zip_code or None, number=number or None))
    if (point.zone, point.place) != (zone, place):
        point.zone, point.place, point.changed = zone, place, True


def _zone_of_number(number: str) -> str | None:
    read = read_phone(number)
    return read.zone if isinstance(read, PhoneRead) else None
