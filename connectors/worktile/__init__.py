"""Worktile: projects, members and tasks of the open API's tenant interface, read only."""

from connectors.worktile.connector import Worktile

CONNECTOR = Worktile
