"""When somebody is to be talked to next: the agreed rhythm of each deal and audience, from the newest contact known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from bridge.plan.calendar import WorkCalendar
from bridge.plan.document import Communication, Plan
from bridge.reconcile.recorded import Audience, Contact, Recorded

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class NextContact:
    """`due` is None where nobody was ever talked to, which counts as due; `last_by` only of a contact recorded here.

    A rhythm is agreed in calendar days, so the due date stays where it falls; `act_by` is the last working day up to it.
    """

    deal: str
    audience: Audience
    every_days: int
    last: date | None
    last_by: str | None
    due: date | None
    act_by: date | None
    owner: str | None
    channel: str | None

    def is_due(self, today: date) -> bool:
        """The day itself is still in time."""
        return self.due is None or self.due < today

    def overdue_days(self, today: date) -> int | None:
        """Calendar days past the due date, 0 while it is not past; None where there is no due date."""
        return None if self.due is None else max((today - self.due).days, 0)


def next_contacts(plan: Plan, recorded: Recorded, calendar: WorkCalendar) -> tuple[NextContact, ...]:
    """One for each agreed rhythm, in the order of the plan; rows without a rhythm have no due date and are left out."""
    newest: dict[tuple[str, str], Contact] = {}
    for contact in sorted(recorded.contacts, key=lambda contact: (contact.on, contact.recorded_at)):
        newest[contact.deal, contact.audience] = contact
    return tuple(
        _next(row, row.every_days, newest.get((row.deal, row.audience)), calendar)
        for row in plan.communications
        if row.every_days is not None
    )


def by_deal(found: Iterable[NextContact]) -> dict[str, tuple[NextContact, ...]]:
    """Deal -> its contacts, the one that comes first in front; customers before the team on the same day."""
    groups: dict[str, list[NextContact]] = defaultdict(list)
    for contact in found:
        groups[contact.deal].append(contact)
    return {deal: tuple(sorted(theirs, key=_first)) for deal, theirs in groups.items()}


def _first(contact: NextContact) -> tuple[date, bool]:
    return (contact.due or date.min, contact.audience != "customer")


def _next(row: Communication, every: int, made: Contact | None, calendar: WorkCalendar) -> NextContact:
    """The newer of plan and record counts."""
    is_newer = made is not None and (row.last is None or made.on >= row.last)
    last = made.on if made is not None and is_newer else row.last
    due = None if last is None else last + timedelta(days=every)
    return NextContact(
        deal=row.deal,
        audience=row.audience,
        every_days=every,
        last=last,
        last_by=made.author if made is not None and is_newer else None,
        due=due,
        act_by=None if due is None else last_workday(due, calendar),
        owner=row.owner,
        channel=row.channel,
    )


def last_workday(day: date, calendar: WorkCalendar) -> date:
    """The day itself, or the last working day before it: who waits until after a holiday has missed the rhythm."""
    # The day n working days before is not asked for: of a Saturday the first one before it would be Thursday.
    while not calendar.is_workday(day) and day > date.min:
        day -= ONE_DAY
    return day
