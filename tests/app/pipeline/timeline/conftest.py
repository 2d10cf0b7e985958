"""Timelines stand on a small world: one county, scripted providers, a look into the tables."""

from tests.app.pipeline.world import world

__all__ = ["world"]
