"""Readiness: what is missing is said in a sentence."""

from app.pipeline.readiness import Readiness


async def test_a_database_that_does_not_answer_is_missing():
    class Gone:
        def transaction(self, _agency):
            raise OSError("SECRET")

    assert await Readiness(Gone(), "0003").missing() == ["the database does not answer"]


async def test_a_database_of_this_version_is_ready(services):
    assert await services.readiness.missing() == []
