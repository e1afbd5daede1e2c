"""Processes that this program starts beside itself, and the messages from them: each a length and so many bytes."""

from __future__ import annotations

import gc
import os
import signal
import struct
import subprocess
import sys
from pathlib import Path
from typing import BinaryIO

LENGTH = struct.Struct(">Q")
# What waits in a pipe saves both sides from waiting for each other.
PIPE_BYTES = 1024 * 1024


def started(module: str) -> subprocess.Popen[bytes] | None:
    """A module of this program as a process of its own, told and heard through pipes; None where none can be started."""
    if not sys.executable:
        return None
    # Found where this process finds its own modules, and nowhere else.
    places = os.pathsep.join(str(Path(place).absolute()) for place in sys.path)
    try:
        return subprocess.Popen(  # noqa: S603 - this very program
            [sys.executable, "-P", "-m", module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": places},
            pipesize=PIPE_BYTES,
        )
    except OSError:
        return None


def ends() -> tuple[BinaryIO, BinaryIO]:
    """Of a process that was started so, to be called as it begins: what it is told, and where it answers."""
    # Ctrl-C reaches the whole group; the process that started this one decides what becomes of it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # As the command line does: what is read makes no cycles, and looking for some costs a third of the time.
    gc.set_threshold(100_000, 20, 50)
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever else is printed must not stand between messages
    return sys.stdin.buffer, out


def hush(child: subprocess.Popen[bytes]) -> None:
    """The end of its input tells a process to stop."""
    if child.stdin is not None:
        try:
            child.stdin.close()
        except BrokenPipeError:
            return  # it has stopped already


def end(child: subprocess.Popen[bytes], grace_s: float) -> None:
    """Tell a process to stop and wait until it has ended; after the grace it is killed."""
    hush(child)
    try:
        child.wait(grace_s)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def send(out: BinaryIO, body: bytes) -> None:
    """Raises `OSError` where nobody is there any more."""
    out.write(LENGTH.pack(len(body)))
    out.write(body)
    out.flush()


def received(pipe: int) -> bytearray | None:
    """The next message, waited for; None where there will be none."""
    length = exactly(pipe, LENGTH.size)
    return None if length is None else exactly(pipe, LENGTH.unpack(length)[0])


def exactly(pipe: int, size: int) -> bytearray | None:
    """So many bytes, waited for; None where they end before."""
    found = bytearray(size)
    rest = memoryview(found)
    while rest:
        count = os.readv(pipe, [rest])
        if not count:
            return None
        rest = rest[count:]
    return found
