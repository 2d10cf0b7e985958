from app.pipeline.rounds import in_rounds


def batches(*sizes):
    left = list(sizes)

    async def some():
        seen = left.pop(0)
        return seen, seen // 2

    return left, some


async def test_batches_follow_one_another_until_one_is_not_full():
    left, some = batches(10, 10, 4, 10)
    assert (await in_rounds(some, at_once=10, rounds=9), left) == (12, [10])


async def test_what_is_left_after_the_last_round_waits_for_the_next_pass():
    left, some = batches(10, 10, 10)
    assert (await in_rounds(some, at_once=10, rounds=2), left) == (10, [10])


async def test_a_pass_that_finds_nothing_ends():
    assert await in_rounds(batches(0)[1], at_once=10, rounds=2) == 0
