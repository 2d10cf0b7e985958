"""The stages' tests stand on a small world: one county, scripted providers, a look into the tables."""

from tests.app.pipeline.world import clean_url, shared_url, world

__all__ = ["clean_url", "shared_url", "world"]
