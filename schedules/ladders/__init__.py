"""Ladders: the planned touches around what falls due, as data, and the moments at which each is due.

- `model`: a ladder, its steps, and the day that an offset from an anchor names
- `reading`: a ladder's TOML text, checked line by line: `shape` (its fields), `meaning` (whether it makes sense),
  `lines` (where something stands), `faults` (what is wrong)
- `tables`: what may be said in each status, and when each step comes, for people
- `slots`: when each step is due and by when: the table that SQL joins
- `*.toml`: the ladders that are shipped
"""
