"""Ladders to try things on: those that are shipped, and texts of small ones."""

from importlib.resources import files

from schedules.constants import parse_constants
from schedules.ladders.reading import parse_ladder

FOLDER = files("schedules")
CONSTANTS = parse_constants(FOLDER.joinpath("constants.toml").read_text("utf-8"))
TEXTS = {
    file.name: file.read_text("utf-8")
    for file in sorted(FOLDER.joinpath("ladders").iterdir(), key=lambda file: file.name)
    if file.name.endswith(".toml")
}
SHIPPED = {ladder.name: ladder for ladder in map(parse_ladder, TEXTS.values())}
STEPS = {step.key: step for ladder in SHIPPED.values() for step in ladder.steps}
STEP = """\
[[steps]]
key = "first"
template = "words"
from = { anchor = "renewal_month", months = -2 }
until = { anchor = "renewal_month", months = -2, days = 9 }
statuses = ["upcoming"]
"""
HEAD = """\
name = "trial"
occasion = "renewal"
programs = ["medi_cal"]
"""


def a_ladder(*steps: str, head: str = HEAD) -> str:
    """Return the text of a ladder; by default of one step, whose `[[steps]]` stands on line 4."""
    return head + "".join(steps or (STEP,))


def a_step(key: str = "first", **fields: str) -> str:
    """Return the text of a step with other fields, as they stand in TOML; an empty one is left out."""
    known = dict(line.split(" = ", 1) for line in STEP.splitlines()[1:]) | {"key": f'"{key}"'}
    said = {{"starts": "from", "ends": "until"}.get(name, name): value for name, value in fields.items()}
    return "[[steps]]\n" + "".join(f"{name} = {value}\n" for name, value in (known | said).items() if value)
