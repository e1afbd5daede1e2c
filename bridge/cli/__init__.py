"""The command line: parse, call a use case, print. Nothing is decided here."""

import gc
import os

# Loading the program and reading pages make tens of thousands of objects that are no cycles: looking for some every few
# hundred costs a tenth of a pull and a sixth of the start.
gc.set_threshold(100_000, 20, 50)
# Nor does every start look through all that is installed for plugins of pydantic: there are none.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")

from bridge.cli.program import main  # noqa: E402 - the lines above are about what this one loads

__all__ = ["main"]
