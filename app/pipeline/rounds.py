"""Rounds: a pass works off what is due batch by batch, and leaves the rest to the next tick."""

from collections.abc import Awaitable, Callable


async def in_rounds(some: Callable[[], Awaitable[tuple[int, int]]], *, at_once: int, rounds: int) -> int:
    """Do batch after batch until one is not full or the rounds are over; return how many the batches count.

    A batch says how many rows it saw, and how many of them count.
    """
    counted = 0
    for _ in range(rounds):
        seen, counts = await some()
        counted += counts
        if seen < at_once:
            break
    return counted
