"""What the laps of a race mean: medians, the tables of docs/performance.md, and which bars are met.

python standings.py build/bench/race.json
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from contenders import CONTENDERS, OURS, YARDSTICK

FIRST, CHANGED, NOTHING = "first load", "1 % changed", "nothing changed"
TIMES_PEER, SHARE_OF_BARE, TIMES_BARE_WAITING, TIMES_BARE_AGAIN = 1.5, 0.5, 2.0, 2.5
MOST_MIB, MOST_GROWTH, MOST_BYTES = 90.0, 1.2, 2_000
BEGIN, END = "<!-- race -->", "<!-- end of race -->"
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Bar:
    """One demand: what was measured, against what, in words, and whether it is met."""

    demand: str
    measured: str
    is_met: bool

    @property
    def line(self) -> str:
        return f"| {self.demand} | {self.measured} | {'met' if self.is_met else '**not met**'} |"


class Standings:
    """The medians of the laps, by contender, size, latency and phase."""

    def __init__(self, laps: Iterable[Row]) -> None:
        met: dict[tuple[str, int, float, str], list[Row]] = {}
        for lap in laps:
            met.setdefault((lap["contender"], lap["items"], lap["latency_ms"], lap["phase"]), []).append(lap)
        self._medians = {key: _median(rows) for key, rows in met.items()}
        self.latencies = sorted({key[2] for key in met})

    def rows(self, latency: float, phase: str) -> Iterator[Row]:
        """One of each contender, at the largest size it ran, in the order of the list of contenders."""
        for name in CONTENDERS:
            found = [row for key, row in self._medians.items() if (key[0], key[2], key[3]) == (name, latency, phase)]
            if found:
                yield max(found, key=lambda row: row["items"])

    def of(self, name: str, latency: float, phase: str) -> Row | None:
        return next((row for row in self.rows(latency, phase) if row["contender"] == name), None)

    def smallest(self, name: str) -> Row | None:
        found = [row for key, row in self._medians.items() if (key[0], key[2], key[3]) == (name, 0, FIRST)]
        return min(found, key=lambda row: row["items"]) if len(found) > 1 else None


def _median(rows: Sequence[Row]) -> Row:
    """Of each number on its own; the rest is the same in every row."""
    numbers = {
        name: median(row[name] for row in rows)
        for name, value in rows[0].items()
        if isinstance(value, int | float) and name not in ("items", "latency_ms")
    }
    return {**rows[0], **numbers, "rounds": len(rows)}


def speed(row: Row) -> float:
    return float(row["items"] / row["wall_s"])


def bars(table: Standings) -> list[Bar]:
    return [bar for ask in (_loads, _waiting, _again, _memory, _store, _at_rest) for bar in ask(table)]


def _loads(table: Standings) -> Iterator[Bar]:
    ours, bare = table.of(OURS, 0, FIRST), table.of(YARDSTICK, 0, FIRST)
    peers = [row for row in table.rows(0, FIRST) if CONTENDERS[row["contender"]].is_peer]
    if ours and peers:
        best = max(peers, key=speed)
        ratio = speed(ours) / speed(best)
        demand = f"First load ≥ {TIMES_PEER} × the items/s of the fastest storing peer"
        yield Bar(demand, f"{ratio:.2f} × {best['contender']}", ratio >= TIMES_PEER)
    if ours and bare:
        ratio = speed(ours) / speed(bare)
        yield Bar(f"First load ≥ {SHARE_OF_BARE} of the bare loop", f"{ratio:.2f}", ratio >= SHARE_OF_BARE)


def _waiting(table: Standings) -> Iterator[Bar]:
    for latency in filter(None, table.latencies):
        ours, bare = table.of(OURS, latency, FIRST), table.of(YARDSTICK, latency, FIRST)
        if ours and bare:
            ratio = ours["wall_s"] / bare["wall_s"]
            demand = f"First load at {latency:g} ms ≤ {TIMES_BARE_WAITING:g} × the bare loop on 4 connections"
            yield Bar(demand, f"{ratio:.2f} ×", ratio <= TIMES_BARE_WAITING)


def _again(table: Standings) -> Iterator[Bar]:
    for latency in table.latencies:
        for phase in (CHANGED, NOTHING):
            ours, bare = table.of(OURS, latency, phase), table.of(YARDSTICK, latency, phase)
            if ours and bare:
                ratio = ours["wall_s"] / bare["wall_s"]
                demand = f"{phase.capitalize()} at {latency:g} ms ≤ {TIMES_BARE_AGAIN} × the bare loop"
                yield Bar(demand, f"{ratio:.2f} ×", ratio <= TIMES_BARE_AGAIN)


def _memory(table: Standings) -> Iterator[Bar]:
    large, small = table.of(OURS, 0, FIRST), table.smallest(OURS)
    if large:
        peak = max(row["peak_mib"] for latency in table.latencies if (row := table.of(OURS, latency, FIRST)))
        together = max(row["together_mib"] for latency in table.latencies if (row := table.of(OURS, latency, FIRST)))
        said = f"{peak:.1f} MiB; all processes together {together:.1f} MiB"
        yield Bar(f"Peak memory of a process ≤ {MOST_MIB:g} MiB", said, peak <= MOST_MIB)
    if large and small:
        ratio = large["together_mib"] / small["together_mib"]
        demand = f"Peak with {large['items']:,} items ≤ {MOST_GROWTH} × that with {small['items']:,}"
        yield Bar(demand, f"{ratio:.2f} × of {small['together_mib']:.1f} MiB, all processes", ratio <= MOST_GROWTH)


def _store(table: Standings) -> Iterator[Bar]:
    if ours := table.of(OURS, 0, FIRST):
        size = ours["stored_bytes"] / ours["items"]
        yield Bar(f"Store ≤ {MOST_BYTES:,} bytes an item", f"{size:,.0f}", size <= MOST_BYTES)


def _at_rest(table: Standings) -> Iterator[Bar]:
    if ours := table.of(OURS, 0, NOTHING):
        said = f"{ours['rows_written']:g} rows, {ours['requests']:g} requests"
        yield Bar("Nothing changed: no row written", said, ours["rows_written"] == 0)


COLUMNS: tuple[tuple[str, Callable[[Row], str]], ...] = (
    ("Contender", lambda row: CONTENDERS[row["contender"]].title),
    ("Items", lambda row: f"{row['items']:,}"),
    ("Items/s", lambda row: f"{speed(row):,.0f}"),
    ("Wall", lambda row: f"{row['wall_s']:.2f} s"),
    ("CPU", lambda row: f"{row['cpu_s']:.2f} s"),
    ("Peak memory", lambda row: f"{row['peak_mib']:.0f} MiB"),
    ("All processes", lambda row: f"{row['together_mib']:.0f} MiB"),
    ("Bytes an item", lambda row: f"{row['stored_bytes'] / row['items']:,.0f}"),
    ("Requests", lambda row: f"{row['requests']:,.0f}"),
    ("Refused", lambda row: f"{row['refused']:g}"),
)


def tables(table: Standings) -> Iterator[str]:
    for latency in table.latencies:
        for phase in (FIRST, CHANGED, NOTHING):
            # Where nothing is loaded, items a second and the size of the store say nothing.
            columns = [c for c in COLUMNS if phase == FIRST or c[0] not in ("Items/s", "Bytes an item", "Refused")]
            yield f"\n### {phase.capitalize()}, {latency:g} ms latency\n"
            yield "| " + " | ".join(name for name, _ in columns) + " |"
            yield "|---|" + "--:|" * (len(columns) - 1)
            for row in table.rows(latency, phase):
                yield "| " + " | ".join(cell(row) for _, cell in columns) + " |"


def page(laps: Sequence[Row], facts: Mapping[str, Any]) -> str:
    """Everything in Markdown, ready for docs/performance.md."""
    table = Standings(laps)
    rounds = max(row["rounds"] for latency in table.latencies for row in table.rows(latency, FIRST))
    said = f"{facts['date']}, {facts['cores']} cores, Python {facts['python']}; medians of {rounds} rounds."
    head = [said, "", "| Bar | Measured | |", "|---|---|---|"]
    return "\n".join([*head, *(bar.line for bar in bars(table)), *tables(table)])


def put(found: str, path: Path) -> None:
    """Replace what stands between the two marks of a page."""
    before, mark, rest = path.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not mark or not end:
        raise SystemExit(f"{path} lacks {BEGIN} or {END}")
    path.write_text(f"{before}{BEGIN}\n\n{found}\n\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    race = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    print(page(race["laps"], race))
