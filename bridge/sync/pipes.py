"""Processes that this program starts beside itself, and the messages from them: each a length and so many bytes."""

from __future__ import annotations

import os
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


def hush(child: subprocess.Popen[bytes]) -> None:
    """The end of its input tells a process to stop."""
    if child.stdin is not None:
        try:
            child.stdin.close()
        except BrokenPipeError:
            return  # it has stopped already


def ended(child: subprocess.Popen[bytes], grace_s: float) -> None:
    """Wait until a process that was told to stop has ended; after the grace it is killed."""
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
