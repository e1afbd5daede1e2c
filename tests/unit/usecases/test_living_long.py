"""What only matters to a process that lives for months."""

from __future__ import annotations

import asyncio
import platform
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from bridge import worker

# Each thread keeps a little of what it made in a place of its own; the C library tells how many places there are.
MANY_THREADS = """
import ctypes, threading
from bridge.usecases.keeping import keep_together
keep_together()
barrier = threading.Barrier(8)
def take():
    ctypes.CDLL(None).malloc(100_000)
    barrier.wait()
threads = [threading.Thread(target=take) for _ in range(8)]
for each in threads: each.start()
for each in threads: each.join()
library = ctypes.CDLL(None)
library.fdopen.restype = ctypes.c_void_p
out = ctypes.c_void_p(library.fdopen(1, b"w"))
library.malloc_info(0, out)
library.fflush(out)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="places of memory are those of the GNU C library")
def test_threads_of_a_service_take_their_memory_from_two_places():
    said = subprocess.run([sys.executable, "-c", MANY_THREADS], capture_output=True, text=True, check=True).stdout

    assert said.count("<heap nr=") == 2


def test_a_queue_that_is_given_up_leaves_nothing_waiting():
    ended = []

    async def waiting(how: str) -> None:
        try:
            await asyncio.sleep(3_600)
        finally:
            ended.append(how)
            if how == "badly":
                raise ConnectionError("the server is gone")

    async def begun() -> None:
        tasks.extend(asyncio.create_task(waiting(how)) for how in ("well", "badly"))
        await asyncio.sleep(0)

    def give_up() -> None:
        loop = asyncio.new_event_loop()
        loop.set_exception_handler(lambda _, what: said.append(what))
        loop.run_until_complete(begun())
        loop.run_until_complete(worker.farewell(loop))
        loop.close()

    tasks: list[asyncio.Task[None]] = []
    said: list[dict[str, object]] = []
    # In a thread of its own, as in a worker: in this one a browser of other tests may keep its loop running.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(give_up).result()

    assert sorted(ended) == ["badly", "well"] and all(task.done() for task in tasks)
    tasks.clear()
    assert said == []
