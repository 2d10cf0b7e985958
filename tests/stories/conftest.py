"""Stories stand on the small world with scripted providers, and on every ladder that is shipped."""

import pytest

from tests.app.pipeline.world import World, world
from tests.stories.county import County

__all__ = ["world"]


@pytest.fixture
def one_reminder():
    """All ladders, as they are shipped."""


@pytest.fixture
def county(world: World) -> County:
    """A county on a summer's day in 2026."""
    return County(world)
