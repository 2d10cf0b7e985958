"""When a person is to hear from us: pure rules that are handed text and values.

- `months`: months, written as their first day
- `windows`: the hours in which each channel may reach a person, and the next moment inside them
- `legal`, `constants`: the hours of the law and the numbers of law and programs, as dated tables (`dated`)
- `places`, `public_holidays`, `clocks`, `closed`: where a person is, what closes a moment there, and why
- `calendar`: all of it together for one agency
- `ladders`: the planned touches around what falls due, as files, and when each step is due
- `timetable`: the ticks that wake the stages
- `moments`: moments as an operator writes them
"""
