"""How raw payloads are packed: JSON with sorted keys, compressed against a dictionary of what its stream looks like.

One object alone repeats little, but all objects of a stream repeat each other: a dictionary trained on the first page
makes a work item five times as small as zlib does, in an eighth of the time.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
import zstandard

from bridge.store.clockwork import stamp
from bridge.store.engine import Store

DICTIONARY_BYTES = 16_384
# Fewer samples teach nothing that pays for the dictionary itself.
FEWEST_SAMPLES = 50
LEVEL = 1
_ZLIB = 0x78
# Text that only the standard library can write (half characters, huge numbers) begins with a blank, and only it reads it.
_PLAIN = b" "


def encode(payload: Mapping[str, Any]) -> bytes:
    """A payload as bytes; key order in the source's JSON does not make a difference."""
    try:
        return orjson.dumps(payload, option=orjson.OPT_SORT_KEYS)
    except TypeError:
        text = json.dumps(payload, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
        return _PLAIN + text.encode("utf-8", "surrogatepass")


def decode(text: bytes) -> Mapping[str, Any]:
    payload: Mapping[str, Any] = (
        json.loads(text.decode("utf-8", "surrogatepass")) if is_plain(text) else orjson.loads(text)
    )
    return payload


def is_plain(text: bytes) -> bool:
    """Whether only the standard library reads it."""
    return text.startswith(_PLAIN)


class Packing:
    """Packs and unpacks payloads of one store; knows its dictionaries."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._writers: dict[str, zstandard.ZstdCompressor] = {}
        self._readers: dict[int, zstandard.ZstdDecompressor] = {0: zstandard.ZstdDecompressor()}
        for _, stream, data in store.rows("SELECT id, stream, data FROM dictionaries ORDER BY id"):
            self._learn(stream, data)

    def _learn(self, stream: str, data: bytes) -> None:
        known = zstandard.ZstdCompressionDict(data)
        self._writers[stream] = zstandard.ZstdCompressor(level=LEVEL, dict_data=known)
        self._readers[known.dict_id()] = zstandard.ZstdDecompressor(dict_data=known)

    def pack(self, stream: str, texts: Sequence[bytes], at: datetime) -> list[bytes]:
        """The packed forms of texts of one stream; the first large batch of a stream teaches what it looks like."""
        if stream not in self._writers and (len(texts) < FEWEST_SAMPLES or not self._train(stream, texts, at)):
            plain = zstandard.ZstdCompressor(level=LEVEL)
            return [plain.compress(text) for text in texts]
        compress = self._writers[stream].compress
        return [compress(text) for text in texts]

    def _train(self, stream: str, texts: Sequence[bytes], at: datetime) -> bool:
        try:
            data = zstandard.train_dictionary(DICTIONARY_BYTES, list(texts)).as_bytes()
        except zstandard.ZstdError:
            return False  # too little in common
        self._store.insert("dictionaries", {"stream": stream, "data": data, "made_at": stamp(at)})
        self._learn(stream, data)
        return True

    def unpack(self, blob: bytes) -> Mapping[str, Any]:
        return decode(self.text(blob))

    def text(self, blob: bytes) -> bytes:
        """What `decode` makes the payload of."""
        if blob[0] == _ZLIB:  # as the first schema kept it
            return _PLAIN + zlib.decompress(blob)
        return self._readers[zstandard.get_frame_parameters(blob).dict_id].decompress(blob)
