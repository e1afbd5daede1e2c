"""The pages beside the report, all over the workspace of the moment."""

from __future__ import annotations

from flask import Flask

from bridge.usecases.serving import Opened
from bridge.web.frame import Frame
from bridge.web.milestone_page import add_milestone
from bridge.web.plan_pages import add_plan
from bridge.web.portfolio_pages import add_portfolio
from bridge.web.practice_pages import add_practice


def add_pages(app: Flask, opened: Opened, frame: Frame) -> None:
    """Each module adds its own; the navigation shows what is there."""
    for add in (add_milestone, add_portfolio, add_practice, add_plan):
        add(app, opened, frame)
