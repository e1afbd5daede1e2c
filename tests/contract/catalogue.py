"""Every check there is, by name."""

from __future__ import annotations

from tests.contract import checks_promises, checks_rows, checks_walking, checks_wire
from tests.contract.suite import CHECKS, REACH

__all__ = ["CHECKS", "MODULES", "REACH"]

MODULES = (checks_walking, checks_wire, checks_rows, checks_promises)
