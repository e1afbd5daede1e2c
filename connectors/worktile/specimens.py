"""What a look around may keep to show: keys without values, and a few measures that the documents do not give."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any

from msgspec import Struct, field

from connectors.contract import Sample, Scope
from connectors.errors import ConnectorError, Interrupted, Parked, SignInFailed, Unreachable
from connectors.http import Answer
from connectors.worktile.api import Api
from connectors.worktile.envelopes import Row
from connectors.worktile.outline import sample
from connectors.worktile.properties import properties_of, task_id
from connectors.worktile.single import ASKED_OF_RELATED, DETAILS, RELATIONS

PAGE_SIZES = (10, 100, 200)
# Enough rows to meet the properties of a project, few enough to stay an example.
MOST_ROWS = 20

Measure = tuple[str, str]
"""A stable code, and what was measured."""


class Specimens(Struct):
    """Collects samples as a look around meets them, and asks for those that it would not meet."""

    api: Api
    _samples: dict[str, Sample] = field(default_factory=dict)

    def keep(self, stream: str, values: Iterable[Any]) -> None:
        chosen = list(values)[:MOST_ROWS]
        if chosen:
            self._samples[stream] = sample(stream, chosen)

    def samples(self) -> tuple[Sample, ...]:
        return tuple(self._samples.values())

    def measure(self, answer: Answer, projects: Sequence[Scope], rows: Sequence[Row]) -> Iterator[Measure]:
        """What can be told of a tenant beyond what its reading needs; a refusal is a measure too."""
        lifetime = answer.body.get("expires_in") if isinstance(answer.body, dict) else None
        yield "token_lifetime", "not told" if lifetime is None else f"{lifetime} s"
        types = Counter(str(row.get("state_type")) for row in rows)
        yield "state_types", ", ".join(f"{kind}: {count}" for kind, count in sorted(types.items())) or "no task seen"
        largest = Counter(str(row.get("project_id")) for row in rows).most_common(1)
        project = largest[0][0] if largest else next((scope.id for scope in projects), None)
        if project is None:
            return
        yield from self._asked(project, rows)

    def _asked(self, project: str, rows: Sequence[Row]) -> Iterator[Measure]:
        questions: list[tuple[str, Callable[[], str | None]]] = [
            ("page_sizes", partial(self._page_sizes, project)),
            ("tasks_v2", partial(self._second_list, project)),
        ]
        if rows:
            task = task_id(max(rows, key=lambda row: len(properties_of(row))))
            questions += [(DETAILS, partial(self._detail, task)), (RELATIONS, partial(self._relations, task))]
        for what, ask in questions:
            try:
                if measured := ask():
                    yield what, measured
            except (Interrupted, SignInFailed, Unreachable, Parked) as err:
                yield "not_measured", f"{what} and what follows it: {err}"
                return
            except ConnectorError as err:
                yield "not_measured", f"{what}: {err}"

    def _page_sizes(self, project: str) -> str:
        got = [self.api.tasks(project, 0, size) for size in PAGE_SIZES]
        total = "not told" if got[-1].total is None else got[-1].total
        told = ", ".join(f"{len(one.rows)} for {size}" for size, one in zip(PAGE_SIZES, got, strict=True))
        return f"{told} (total: {total})"

    def _second_list(self, project: str) -> None:
        self.keep("tasks_v2", [self.api.tasks_v2_whole(project)])

    def _detail(self, task: str) -> None:
        self.keep(DETAILS, [self.api.task(task)])

    def _relations(self, task: str) -> None:
        self.keep(RELATIONS, self.api.relations(task, ASKED_OF_RELATED).rows)
