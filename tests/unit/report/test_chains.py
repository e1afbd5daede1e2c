"""The chain that decides the end, and the milestones waited for, as sentences a person approved."""

import os
from datetime import date
from pathlib import Path

import pytest

from bridge.reconcile.situation import Awaited, Buffer, ChainLink, NetworkState, Waiting

GOLDEN = Path(__file__).parents[2] / "golden" / "wording" / "chains.txt"
DAYS = (*(date(2026, 12, day) for day in range(21, 32)), date(2027, 1, 4))


def chain(length):
    links = (ChainLink(("pingcode", str(at)), DAYS[at], DAYS[at + 1], -2, 0) for at in range(length))
    return NetworkState(-2, 0.75, tuple(links), ((("pingcode", "0"),),))


def waiting(*awaited, chance=None):
    return Waiting(tuple(Awaited(*one) for one in awaited), chance)


LATE = ("M-1", date(2026, 9, 18), 0.4)
UNKNOWN = ("M-2", None, None)
NEXT_YEAR = ("M-3", date(2027, 1, 8), 0.9)
CHAINS = {"of one task": 1, "of two tasks": 2, "into the next year": 11, "that is long": 8}
WAITING = {
    "for one": waiting(LATE, chance=0.4),
    "for several": waiting(LATE, NEXT_YEAR, chance=0.36),
    "for one without a forecast": waiting(UNKNOWN),
    "for several of which one has no chance": waiting(LATE, UNKNOWN),
}


def entry_of(make, lang, **values):
    tasks = [make.task(str(at)) for at in range(len(DAYS))]
    tasks[1] = make.task("1", key=None, title="接口联调")
    return make.document(make.row(**values), tasks=tasks, lang=lang)["milestones"][0]


def test_every_sentence_about_waiting_reads_as_a_person_approved_it(make):
    """Regenerate with UPDATE_GOLDEN=1 and read the difference."""
    lines = []
    for name, length in CHAINS.items():
        said = [entry_of(make, lang, network=chain(length))["network"]["text"] for lang in ("zh", "en")]
        lines.append("\n  ".join([f"a chain {name}", *said]))
    for name, state in WAITING.items():
        said = [entry_of(make, lang, waiting=state)["waits_for"]["text"] for lang in ("zh", "en")]
        lines.append("\n  ".join([f"waiting {name}", *said]))
    text = "\n".join(lines) + "\n"
    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.write_text(text, encoding="utf-8")

    assert text == GOLDEN.read_text(encoding="utf-8")


def test_the_network_says_every_figure_of_its_chain(make):
    network = entry_of(make, "zh", network=chain(1))["network"]

    assert (network["float"], network["cpli"], network["cycle"]) == (-2, 0.75, [])
    assert network["critical"] == [[{"source": "pingcode", "id": "0", "key": "PAY-0"}]]
    assert network["chain"] == [
        {
            "source": "pingcode",
            "id": "0",
            "key": "PAY-0",
            "title": "任务 0",
            "url": "https://acme.example/PAY-0",
            "start": "2026-12-21",
            "finish": "2026-12-22",
            "total_float": -2,
            "free_float": 0,
        }
    ]


def test_of_a_circle_only_its_members_are_known(make):
    network = entry_of(make, "zh", network=NetworkState(cycle=(("pingcode", "2"), ("pingcode", "3"))))["network"]

    assert [member["key"] for member in network["cycle"]] == ["PAY-2", "PAY-3"]
    assert [network[name] for name in ("float", "cpli", "chain", "critical", "text")] == [None, None, [], [], None]


def test_the_buffer_is_rounded_like_every_ratio(make):
    buffer = entry_of(make, "zh", buffer=Buffer(7, 3 / 7, None, 2))["buffer"]

    assert buffer == {"workdays": 7, "used": 0.4286, "burn": None, "third": 2}


@pytest.mark.parametrize("name", ["network", "waits_for", "buffer"])
def test_what_is_not_there_is_null(make, name):
    assert entry_of(make, "zh")[name] is None
