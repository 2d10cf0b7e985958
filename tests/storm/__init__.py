"""The storm: real processes are killed, paused and cut off by a printed seed, and what is left is judged."""
