"""Releases: whether a version can work on a schema, so that old and new processes run side by side."""


def misfit(held: str, known: str, oldest: str) -> str:
    """Return why a version that knows one schema cannot work on the one that is held; nothing if it can.

    `oldest` is what the held schema says of itself: the oldest one that a version must know. Names are numbers of
    four digits. A schema that says nothing fits its own version alone.
    """
    if held == known or (known < held and oldest and oldest <= known):
        return ""
    if held < known:
        return f"the database's schema is {held or 'empty'}, this version knows {known}; run `keepcovered migrate`"
    floor = f", and works with versions that know {oldest} or later" if oldest else ""
    return (
        f"the database's schema is {held}, made by a newer release{floor}; this version knows {known}: "
        "start the newer release here, too"
    )
