"""The first files of an installation, and every other file the program writes for people: whole or not at all."""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import BinaryIO

from bridge.errors import BridgeError, Unavailable, UsageProblem
from bridge.language import Lang, Text
from bridge.plan import template
from bridge.usecases.workspace import built_in_mappings

CANNOT_WRITE = Text(
    zh="无法写入 {path}：{why}。请检查文件夹是否可写。",
    en="{path} cannot be written: {why}. Check that the folder is writable.",
)
NO_ROOM = Text(
    zh="无法写入 {path}：{why}。请腾出磁盘空间或换一处，再运行一次。",
    en="{path} cannot be written: {why}. Make room on the disk or choose another place, then run it again.",
)
EXISTS = Text(
    zh="{path} 已存在，不会覆盖；请换一个名字。", en="{path} exists and is not overwritten; choose another name."
)
OTHER_ENDING = Text(
    zh="{path} 的结尾应为 {ending}；请换一个名字。", en="the name {path} must end in {ending}; choose another name."
)
# The disk's condition, not a wrong name: what works another time.
_PASSING = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO})


def example_config() -> str:
    """The commented settings file that ships with the program."""
    packaged = resources.files("bridge").joinpath("_config.example.toml")
    source = packaged if packaged.is_file() else resources.files("bridge").joinpath("..", "config.example.toml")
    return source.read_text(encoding="utf-8")


def init(folder: Path, lang: Lang) -> list[tuple[Path, bool]]:
    """Write the first files into `folder`; returns each path and whether it was written (False: it was there)."""
    files: dict[Path, bytes] = {folder / "config.toml": example_config().encode()}
    for kind, text in built_in_mappings().items():
        files[folder / "mappings" / f"{kind}.toml"] = text.encode()
    files[folder / "plan.xlsx"] = template.workbook(lang)
    return [(path, write_new(path, content)) for path, content in files.items()]


def write_all_new(contents: Mapping[Path, bytes], ending: str = "") -> None:
    """Write files none of which may exist yet; where one does, nothing is written."""
    for path in contents:
        if path.suffix.lower() != ending and ending:
            raise UsageProblem(OTHER_ENDING, path=str(path), ending=ending)
        if os.path.lexists(path):
            raise UsageProblem(EXISTS, path=str(path))
    for path, content in contents.items():
        if not write_new(path, content):
            raise UsageProblem(EXISTS, path=str(path))


def write_new(path: Path, content: bytes) -> bool:
    """Write a file that must not exist yet; False where it does. A full disk leaves no half file behind."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            _fill(file, path, content)
    except FileExistsError:
        return False
    except OSError as err:
        raise _cannot_write(path, err) from err
    return True


def overwrite(path: Path, content: bytes) -> None:
    """Write a file a person named as the target of a result, replacing what was there as a whole."""
    target = path.resolve()
    part = target.with_name(f".{target.name}.part")
    try:
        if target.exists() and not target.is_file():
            # A pipe or a device such as /dev/stdout is written to; a rename would put a file in its place.
            target.write_bytes(content)
            return
        with part.open("wb") as file:
            _fill(file, part, content)
        part.replace(target)
    except OSError as err:
        raise _cannot_write(path, err) from err


def _fill(file: BinaryIO, path: Path, content: bytes) -> None:
    try:
        file.write(content)
        file.flush()
    except OSError:
        path.unlink()
        raise


def _cannot_write(path: Path, err: OSError) -> BridgeError:
    kind, text = (Unavailable, NO_ROOM) if err.errno in _PASSING else (UsageProblem, CANNOT_WRITE)
    return kind(text, path=str(path), why=err.strerror or str(err))
