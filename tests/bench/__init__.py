"""How fast planning and delivery are, beside bare loops in the same run: `python -m tests.bench`."""
