"""Readiness: what is missing is said in a sentence."""

from app.db.transaction import AWAY
from app.pipeline.readiness import Readiness, is_passing


async def test_a_database_that_does_not_answer_is_missing():
    class Gone:
        def transaction(self, _agency):
            raise OSError("SECRET")

    assert await Readiness(Gone(), "0003").missing() == ["the database does not answer"]


async def test_a_database_of_this_version_is_ready(services):
    assert await services.readiness.missing() == []


def test_only_a_database_that_is_away_passes():
    assert all(is_passing(kind("", {}, Exception())) for kind in AWAY[:2])
    assert not is_passing(ValueError())
