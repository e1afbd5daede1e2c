"""The process at the other end of `crew`: replays stretches of stored payloads. It reads the store and writes nothing.

    python -m bridge.sync.mate

What to do comes on its input, then one stretch after the other; when that input ends, so does the process.
"""

from __future__ import annotations

import gc
import os
import pickle
import signal
import sys
from contextlib import closing

import msgspec

from bridge.errors import BridgeError
from bridge.sync.pipes import send
from bridge.sync.replay import Replayer

READY = b""
"""The first message."""


def main() -> None:
    # Ctrl-C reaches the whole group; the process that started this one decides what becomes of it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Payloads and rows are no cycles: looking for some every few hundred objects costs a third of the time.
    gc.set_threshold(100_000, 20, 50)
    told, out = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever else is printed must not stand between messages
    encode = msgspec.msgpack.Encoder().encode
    try:
        with closing(Replayer(pickle.load(told))) as replayer:  # noqa: S301 - from the process that started this one
            send(out, READY)
            while True:
                send(out, encode(replayer.replay(pickle.load(told))))  # noqa: S301
    except (BrokenPipeError, EOFError):
        return  # nobody is there any more
    except BridgeError:
        sys.exit(1)  # who started this one does the stretch by itself, and says what there is to say


if __name__ == "__main__":
    main()
