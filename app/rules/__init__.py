"""DECIDES whether and what: pure rules over frozen values; no I/O, no clock."""
