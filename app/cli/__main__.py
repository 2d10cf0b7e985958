"""`python -m app.cli` is `keepcovered`."""

from app.cli import main

main()
