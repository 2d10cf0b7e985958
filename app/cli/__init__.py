"""The command line: `keepcovered …` (`interface.md`, Command line); composes the processes and asks the stages."""

import sys

import typer

from app.cli.console import fail
from app.cli.parts import PARTS
from app.errors import KeepCoveredError

cli = typer.Typer(
    name="keepcovered",
    help="Reminds people to renew their Medi-Cal before they lose it: by text, e-mail and call, once, with proof.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
for part in PARTS:
    part.add_to(cli)


def main() -> None:
    """Run a command; what a person can mend ends with one sentence and exit code 1."""
    try:
        cli()
    except KeepCoveredError as error:
        sys.exit(fail(str(error) or (type(error).__doc__ or "")))
