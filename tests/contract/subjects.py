"""Every connector found in `connectors/`, in each form that its folder puts on the bench, and the worked example."""

from __future__ import annotations

import importlib

import connectors
from connectors.conformance import Subject
from tests.contract import tasklist_simulator

FOUND: dict[str, tuple[Subject, ...]] = {
    kind: importlib.import_module(f"connectors.{kind}.conformance").SUBJECTS for kind in connectors.available()
}
SUBJECTS: tuple[Subject, ...] = (*(s for subjects in FOUND.values() for s in subjects), *tasklist_simulator.SUBJECTS)
