"""The first files of an installation: settings, mapping copies and a plan workbook; nothing is ever overwritten."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from bridge.errors import UsageProblem
from bridge.language import Lang, Text
from bridge.plan import template
from bridge.usecases.workspace import built_in_mappings

CANNOT_WRITE = Text(
    zh="无法写入 {path}：{why}。请检查文件夹是否可写。",
    en="{path} cannot be written: {why}. Check that the folder is writable.",
)


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


def write_new(path: Path, content: bytes) -> bool:
    """Write a file that must not exist yet; False where it does."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            file.write(content)
    except FileExistsError:
        return False
    except OSError as err:
        raise UsageProblem(CANNOT_WRITE, path=str(path), why=err.strerror or str(err)) from err
    return True


def overwrite(path: Path, content: bytes) -> None:
    """Write a file a person named as the target of a result, replacing what was there as a whole."""
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_bytes(content)
        part.replace(path)
    except OSError as err:
        raise UsageProblem(CANNOT_WRITE, path=str(path), why=err.strerror or str(err)) from err
