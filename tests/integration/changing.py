"""Days that leave as much behind as days can: contents that change twice a day, a source that fails, scope that grows."""

from __future__ import annotations

from datetime import date, timedelta

import time_machine
from msgspec import structs

from connectors.testing import Reply

from .conftest import PAY, Site, item, local, ticket
from .test_looking_back import DAYS

LIVED = DAYS[:3]
"""Days on which something was done at random; what changes three times a day follows."""
LAST = LIVED[-1] + timedelta(days=3)
FIRST_NEW = 50
DOWN = Reply("<html>bad gateway</html>", 502)


def changing_days(shop: Site, after: date, count: int = 3) -> None:
    """Each day is read and judged at three times, and its end looks unlike its beginning."""
    for number in range(1, count + 1):
        day = after + timedelta(days=number)
        for hour in (9, 12, 15):
            with time_machine.travel(local(day, hour)):
                shop.advance(day, hour)
                _tell_otherwise(shop, day, hour)
                # One day begins with a complete read, goes on with half of one, and ends with none.
                is_down = (number, hour) in ((2, 15), (3, 12), (3, 15))
                for vendor in (shop.pingcode, shop.worktile):
                    vendor.faults = (lambda request, number=0: DOWN) if is_down else None
                assert shop.run("run", "--quiet", today=day).code in (0, 1, 3)
    for vendor in (shop.pingcode, shop.worktile):
        vendor.faults = None


def _tell_otherwise(shop: Site, day: date, hour: int) -> None:
    state = "done" if hour == 12 or day.day % 2 else "doing"
    changed = ticket(1, title=f"工单 {day} {hour}", state=state, updated_at=local(day, hour))
    shop.pay.also = [changed if getattr(thing, "id", "") == changed.id else thing for thing in shop.pay.also]
    project = structs.replace(PAY, state="延期" if hour != 12 and day.day % 2 else "正常")
    shop.pay.projects = {**shop.pay.projects, PAY.id: project}
    fresh = item(PAY, FIRST_NEW + day.toordinal() % 1000 * 10 + hour % 10, created_at=local(day, hour))
    shop.pay.add(structs.replace(fresh, updated_at=local(day, hour)))
