"""The pages beside the report, all over the workspace of the moment."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask

from bridge.usecases.serving import Opened
from bridge.web.account_pages import add_accounts
from bridge.web.changes_page import add_changes
from bridge.web.channel_pages import add_channels
from bridge.web.frame import Frame
from bridge.web.mapping_pages import add_mappings
from bridge.web.message_pages import add_messages
from bridge.web.milestone_page import add_milestone
from bridge.web.people_links import add_people_links
from bridge.web.people_page import add_people
from bridge.web.plan_desk import add_plan_desk
from bridge.web.plan_pages import add_plan
from bridge.web.portfolio_pages import add_portfolio
from bridge.web.practice_pages import add_practice
from bridge.web.report_page import Reporting
from bridge.web.run_pages import add_runs
from bridge.web.saved_views import add_saved_views
from bridge.web.source_pages import add_sources


def add_pages(
    app: Flask, reports: Reporting, opened: Opened, frame: Frame, wake: Callable[[str], None] | None = None
) -> None:
    """Each module adds its own; the navigation shows what is there. What was judged comes from `reports`, once for all who
    look; `wake` has a source read soon."""
    for show in (add_milestone, add_portfolio, add_changes, add_people, add_practice, add_plan):
        show(app, reports, opened, frame)
    for_admins = (add_plan_desk, add_mappings, add_people_links, add_channels, add_accounts, add_runs, add_messages)
    for add in (add_saved_views, *for_admins):
        add(app, opened, frame)
    add_sources(app, opened, frame, wake)
