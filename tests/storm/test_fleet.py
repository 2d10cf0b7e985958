"""A place of the fleet: whoever is in it when it is closed ends, and nobody comes after."""

import asyncio
import signal

from tests.storm.fleet import Place, Process


class Nursery:
    """Bears processes that wait until they are ended."""

    def __init__(self):
        self.born = []

    async def start(self, _name, _argv, _env):
        """Bear one."""
        own = await asyncio.create_subprocess_exec("sleep", "600", start_new_session=True)
        process = Process(own.pid, asyncio.get_running_loop().create_future())
        self.born.append((own, asyncio.create_task(self._bury(own, process))))
        return process

    async def _bury(self, own, process):
        process.ended.set_result(await own.wait())


async def test_a_place_that_is_closed_ends_whoever_is_in_it():
    nursery = Nursery()
    place = Place("worker", ["worker"], nursery)
    await place.open()
    await asyncio.sleep(0)  # the place begins to wait for its end
    await place.close()
    [(own, buried)] = nursery.born
    await buried
    assert own.returncode == -signal.SIGKILL


async def test_a_place_can_be_opened_again_after_it_was_closed():
    nursery = Nursery()
    place = Place("worker", ["worker"], nursery)
    for _ in range(2):
        await place.open()
        await asyncio.sleep(0)
        await place.close()
    await asyncio.gather(*(buried for _, buried in nursery.born))
    assert [own.returncode for own, _ in nursery.born] == [-signal.SIGKILL] * 2
