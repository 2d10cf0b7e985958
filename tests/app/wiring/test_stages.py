from app.pipeline.ahead import Ahead
from app.pipeline.restoring import Restoring


async def test_both_that_send_wait_at_the_gate_that_knows_whether_the_database_was_put_back(services):
    assert isinstance(services.ahead, Ahead)
    assert not isinstance(services.delivery, Ahead)
    assert isinstance(services.restoring, Restoring)
    before = await services.restoring.standing()
    assert before.held == ()


async def test_the_sandbox_has_a_clock_to_move(services):
    assert services.passage is not None
