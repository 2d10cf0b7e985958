"""When a person is to hear from us: pure rules that are handed text and values.

- `months`: months, written as their first day
- `windows`: the hours in which each channel may reach a person, and the next moment inside them
- `ladders`: the planned touches around a due month, and when each is due; `data/` holds the ladders themselves
- `timetable`: the ticks that wake the stages
- `moments`: moments as an operator writes them
"""
