"""The command line: parse, call a use case, print. Nothing is decided here."""

from bridge.cli.program import main

__all__ = ["main"]
