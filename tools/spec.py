"""`python -m tools.spec [FOLDER]` prints the tests as a specification: what each file is about, and what must hold."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]


def lines(tests: Path) -> Iterator[str]:
    """Grouped by folder and file, in the order in which they stand there."""
    folder = None
    for path in sorted(tests.rglob("test_*.py"), key=lambda path: (path.parent.as_posix(), path.name)):
        if path.parent != folder:
            folder = path.parent
            yield f"\n# {folder.relative_to(ROOT).as_posix()}"
        yield from _of_file(ast.parse(path.read_text(encoding="utf-8")), path)


def _of_file(tree: ast.Module, path: Path) -> Iterator[str]:
    about = (ast.get_docstring(tree) or path.stem.removeprefix("test_").replace("_", " ")).split("\n\n")[0]
    yield f"\n{' '.join(about.split())}  ({path.name})"
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield f"  - {sentence(node)}"


def sentence(test: ast.FunctionDef) -> str:
    """Its name as a sentence; what it is tried with is named by what is varied."""
    varied = [_names(one) for one in test.decorator_list if "parametrize" in ast.unparse(one)]
    said = test.name.removeprefix("test_").replace("_", " ")
    return f"{said} [{', '.join(varied)}]" if varied else said


def _names(decorator: ast.expr) -> str:
    """The first argument of `parametrize`: a text, or several."""
    if not isinstance(decorator, ast.Call):
        return ""
    first = decorator.args[0]
    parts = first.elts if isinstance(first, ast.Tuple | ast.List) else [first]
    return ", ".join(str(part.value) for part in parts if isinstance(part, ast.Constant)).replace("_", " ")


if __name__ == "__main__":
    sys.stdout.write("\n".join(lines(ROOT / (sys.argv[1] if len(sys.argv) > 1 else "tests"))).lstrip("\n") + "\n")
