"""REMEMBERS: the only place with SQL. Functions take a session and never commit."""
