"""The process at the other end of `crew`: replays stretches of stored payloads. It reads the store and writes nothing.

    python -m bridge.sync.mate

What to do comes on its input, then one stretch after the other; when that input ends, so does the process.
"""

from __future__ import annotations

import pickle
import sys
from contextlib import closing

import msgspec

from bridge.errors import BridgeError
from bridge.sync.pipes import ends, send
from bridge.sync.replay import Replayer

READY = b""
"""The first message."""


def main() -> None:
    told, out = ends()
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
