"""What is on record of a milestone, as the report's JSON tells it: the life of its reasons, a person's colour, the note."""

from __future__ import annotations

from datetime import UTC, date, datetime

from bridge.plan.document import Milestone
from bridge.reconcile.findings import held, lives
from bridge.reconcile.register import Register
from bridge.reconcile.situation import Portfolio, Result

Entry = dict[str, object]


def day(value: date | None) -> str | None:
    return None if value is None else value.isoformat()


def instant(value: datetime) -> str:
    """RFC 3339 in UTC, to the second."""
    return value.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


class Record:
    """Looked up by milestone; computed once for a report, from what was stored before its day and from its reasons."""

    def __init__(self, portfolio: Portfolio, result: Result) -> None:
        self._portfolio = portfolio
        self._register = portfolio.register
        self._lives = lives(portfolio.register, held(result), portfolio.today)

    def judged_since(self, milestone: str) -> date | None:
        """The first day, before the report's, on which its reasons were recorded: none of them is news on that day."""
        snapshots, since = self._portfolio.snapshots.get(milestone, ()), self._register.since
        return max(snapshots[0].day, since) if snapshots and since is not None else None

    def life(self, milestone: str, code: str) -> Entry:
        life = self._lives[milestone, code]
        return {
            "since": day(life.since),
            "state": life.state.value,
            "acknowledged_until": day(life.acknowledged_until),
        }

    def override(self, milestone: str) -> Entry | None:
        """What a person holds for right on the report's day; the computed status stays what it is."""
        said = self._register.override_on(milestone, self._portfolio.today)
        if said is None:
            return None
        return {
            "status": said.status.value,
            "by": said.by,
            "reason": said.reason,
            "until": day(said.until),
            "recorded_at": instant(said.recorded_at),
        }

    def note(self, milestone: Milestone) -> Entry:
        """The last version."""
        return note_entry(self._register, milestone)


def note_entry(register: Register, milestone: Milestone) -> Entry:
    """The note of a milestone; when the customer was told may also stand in the plan, and the newer day counts."""
    note = register.notes.get(milestone.key)
    informed = register.informed(milestone.key, milestone.customer_informed)
    return {
        "reason": note and note.reason,
        "recovery_plan": note and note.recovery_plan,
        "recovery_date": day(note.recovery_date) if note else None,
        "customer_informed": day(informed),
        "category": note and note.category,
        "account": note and note.account,
        "owner": note and note.owner,
        "by": note and note.by,
        "recorded_at": instant(note.recorded_at) if note else None,
    }
