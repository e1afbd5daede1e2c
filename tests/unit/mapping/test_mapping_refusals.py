"""What is wrong with a mapping file is told all at once, each with its line and column, its value and the remedy."""

from __future__ import annotations

import pytest

from bridge.errors import Problems
from bridge.language import LANGUAGES
from bridge.mapping.document import parse

PAST = '[[history]]\nstream = "s"\nfield = "title"\nat = "a"\nold = "b"\nnew = "c"\n'


def refused(text: str) -> Problems:
    with pytest.raises(Problems) as caught:
        parse(text, name="own.toml")
    return caught.value


@pytest.mark.parametrize(
    ("fragment", "place", "said"),
    [
        ('colour = "red"', "line 2 column 1 [colour]", '"colour" is unknown here; known: kind, wrapped, task, fields'),
        ('[task.due]\nfrom = "x"', "line 2 column 1 [task.due]", 'the nearest is "due_on"'),
        ('[task.key]\nform = "x"', "line 3 column 1 [task.key.form]", 'the nearest is "from"'),
        ('[task.key]\nfrom = "x"\nconvert = "txt"', "line 4 column 1", 'no conversion "txt"; the nearest is "text"'),
        ('[task.key]\nfrom = "x"\nconvert = "flag"', "line 4 column 1", "does not fit key. Use one of text, url"),
        ('[task.due_on]\nfrom = "x"', "line 2 column 1 [task.due_on]", 'Add convert, e.g. convert = "unix_date"'),
        ('[task.kind]\nfrom = "x"', "line 2 column 1 [task.kind]", "say in values which value is which word"),
        ('[task.kind]\nfrom = "x"\nconvert = "text"', "line 2 column 1 [task.kind]", "say in values"),
        ('[task.kind]\nfrom = "x"\nvalues = { a = "epik" }', "line 4 column 12", 'the nearest is "epic"'),
        ('[task.kind]\nfrom = "x"\nvalues = { a = 3 }', "line 4 column 12", '"3" is no value of kind. Known: task'),
        ('[task.kind]\nfrom = "x"\nvalues = {}', "line 4 column 1", "must be a table such as"),
        ('[task.kind]\nfrom = "x"\nvalues = { a = "bug", "Ａ" = "epic" }', "line 4 column 23", 'both "bug" and "epic"'),
        ('[task.kind]\nfrom = "x"\nvalues = { bug = ["b", ["c"]] }', "line 4 column 24", "the value"),
        (
            '[task.due_on]\nfrom = "x"\nconvert = "unix_date"\nvalues = { a = "b" }',
            "line 5 column 1",
            "Use convert instead",
        ),
        ('[task.priority]\nfrom = "x"\nvalues = { a = 1 }', "line 4 column 12", "must be non-empty text"),
        ('[task.gone]\nfrom = "x"\nvalues = { a = "perhaps" }', "line 4 column 12", "must be true or false"),
        ('[task.key]\nfrom = "a..b"', "line 3 column 1 [task.key.from]", 'the path "a..b" cannot be read at "..b"'),
        ('[task.key]\nfrom = ["a", ".b"]', "line 3 column 14 [task.key.from[2]]", 'the path ".b"'),
        ("[task.key]\nfrom = []", "line 3 column 1", "must be a path or a list of paths"),
        ("[task.key]\nfrom = 3", "line 3 column 1", 'the value "3" of from'),
        ("[task.key]", "line 2 column 1 [task.key]", "does not say where the value comes from"),
        ('[task.key]\nfrom = "a"\nall = ["b"]', "line 4 column 1", "has from, all together"),
        ('[task.key]\nfrom = "a"\nany = [{ from = "b" }]', "line 3 column 1", "has any, from together"),
        ("[task.key]\nany = 3", "line 3 column 1", "must be a list of tables"),
        (
            '[[task.key.any]]\nfrom = "a"\n[[task.key.any]]\nform = "b"',
            "line 5 column 1 [task.key.any[2].form]",
            "from",
        ),
        ('[task.key]\nfrom = "a"\noptional = "yes"', "line 4 column 1", "must be true or false"),
        ('[task.key]\nfrom = "a"\ninside = 1', "line 4 column 1", "must be a path"),
        ('[task.key]\nfrom = "a"\nlookup = "users"', "line 4 column 1", 'must be as in { stream = "members"'),
        ('[task.key]\nfrom = "a"\nlookup = { stream = "u", path = "b", pth = "c" }', "line 4 column 38", '"path"'),
        ('[task.key]\nfrom = "a"\nlookup = { stream = 3, path = "b" }', "line 4 column 12", 'the value "3" of stream'),
        ('[task.key]\nfrom = "a"\nlookup = { stream = [], path = "b" }', "line 4 column 12", "several in order"),
        (
            '[task.key]\nfrom = "a"\nlookup = { stream = [\n"u", ""], path = "b" }',
            "line 5 column 6 [task.key.lookup.stream[2]]",
            "must be the name of a list that the source reads",
        ),
        ('[task.key]\nfrom = "a"\nwhen = "b"', "line 4 column 1", "must be a table of conditions"),
        ('[task.key]\nfrom = "a"\nwhen = { b = [] }', "line 4 column 1", "must be a table of conditions"),
        ('[task.key]\nfrom = "a"\nwhen = { "b[" = 1 }', "line 4 column 1", 'the path "b["'),
        ('[task.key]\nfrom = "a"\ncontains = ["b"]', "line 4 column 1", "it only answers yes or no"),
        ('[task.gone]\nfrom = "a"\ncontains = "b"', "line 4 column 1", "must be a list of words"),
        (
            '[task.gone]\nfrom = "a"\ncontains = ["b"]\nconvert = "flag"',
            "line 5 column 1",
            "convert cannot be used for gone",
        ),
        ('[task.gone]\nfrom = "a"\notherwise = "b"', "line 4 column 1", "it is never guessed"),
        ('[task.id]\nfrom = "a"\notherwise = "b"', "line 4 column 1", "it is never guessed"),
        (
            '[task.kind]\nfrom = "a"\nvalues = { a = "bug" }\notherwise = "bugg"',
            "line 5 column 1",
            'the nearest is "bug"',
        ),
        ("[task.progress]\nconstant = 7", "line 3 column 1", "the constant 7 cannot be progress"),
        (
            "[task.completed_at]\nconstant = 2026-01-01",
            "line 3 column 1",
            "the constant 2026-01-01 cannot be completed_at",
        ),
        ('[task.key]\nconstant = "a"\nconvert = "text"', "line 4 column 1", "what constant and template give is final"),
        ('[task.url]\ntemplate = "{a..b}"', "line 3 column 1", 'the gap "a..b"'),
        ('[task.url]\ntemplate = "{a"', "line 3 column 1", "web_base_url, or a path in the payload"),
        ('[task.due_on]\ntemplate = "{a}"', "line 3 column 1", "a template is only for text"),
        ('[task.project]\nname = "x"', "line 3 column 1 [task.project.name]", "must be a table"),
        ('[task.project.nme]\nfrom = "x"', "line 2 column 1 [task.project.nme]", 'the nearest is "name"'),
        ('[fields]\nregion = "x"', "line 3 column 1 [fields.region]", "must be a table"),
        ("[wrapped]\nunder = 1", "line 2 column 1 [wrapped]", 'under = "properties"'),
        ('[wrapped]\nunder = "a"\nvalue = "b"\nunles = []', "line 5 column 1", 'the nearest is "unless"'),
        ("[history]", "line 2 column 1 [history]", "must be a list of tables"),
        ("[[history]]", "line 2 column 1 [history[1]]", "lacks stream, field, at, old, new"),
        (f"{PAST}fild = 1", "line 8 column 1 [history[1].fild]", 'the nearest is "field"'),
        (PAST.replace('"title"', '"titel"'), "line 4 column 1 [history[1].field]", 'the nearest is "title"'),
        (PAST.replace('"title"', '"id"'), "line 4 column 1 [history[1].field]", '"id" is unknown here'),
        (PAST.replace('"title"', "[]"), "line 4 column 1", "must be a field of the task, or a list of them"),
        (PAST.replace('"a"', "7"), "line 5 column 1 [history[1].at]", "must be a table"),
        (PAST.replace('"a"', '{ from = "a" }'), "line 5 column 1", "Add convert, e.g. convert = "),
        (PAST.replace('"b"', '"b["'), "line 6 column 1 [history[1].old]", 'the path "b["'),
        (PAST.replace('"c"', '".c"'), "line 7 column 1 [history[1].new]", 'the path ".c"'),
        (PAST.replace('"title"', '"due_on"'), "line 2 column 1 [history[1]]", "Add convert, e.g. convert"),
        (f'{PAST}convert = "date"', "line 8 column 1 [history[1].convert]", 'there is no conversion "date"'),
        (f"{PAST}when = 3", "line 8 column 1", "must be a table of conditions"),
        (f"{PAST}old_required = 1", "line 8 column 1", "must be true or false"),
        (f"{PAST}member = 3", "line 8 column 1", "must be non-empty text"),
        (f'{PAST}member = "m"\nconvert = "text"', "line 9 column 1", "member means reading by the task's own rule"),
        (
            PAST.replace('"title"', '"due_on"') + 'member = "m"',
            "line 8 column 1 [history[1].member]",
            "there is no [task.due_on] to read due_on by",
        ),
        ("[effort]", "line 2 column 1 [effort]", "lacks stream, task, hours"),
        ('[effort]\nstream = ""\ntask = "a"\nhours = "b"', "line 3 column 1", "must be non-empty text"),
        ('[effort]\nstream = "s"\ntask = "a"\nhours = "b."', "line 5 column 1 [effort.hours]", 'the path "b."'),
        (
            '[effort]\nstream = "s"\ntask = "a"\nhours = "b"\nconvert = "flag"',
            "line 6 column 1",
            "does not fit hours. Use one of number, percent",
        ),
        ('[effort]\nstream = "s"\ntask = "a"\nhours = "b"\nunles = 1', "line 6 column 1", 'the nearest is "unless"'),
        ("[project]", "line 2 column 1 [project]", "lacks claim"),
        ("project = 3", "line 2 column 1 [project]", "must be a table"),
        ('[project.clam]\nfrom = "a"', "line 2 column 1 [project.clam]", 'the nearest is "claim"'),
        ('[project.claim]\nfrom = "a"', "line 2 column 1 [project.claim]", "lacks values"),
        (
            '[project.claim]\nfrom = "a"\nvalues = { b = "green" }',
            "line 4 column 12 [project.claim.values.b]",
            '"green" is no value of claim',
        ),
    ],
)
def test_a_mistake_is_told_with_its_place_and_remedy(fragment: str, place: str, said: str):
    needed = '\n[task.title]\nfrom = "t"' + "".join(
        f'\n[task.{name}]\nfrom = "x"' for name in ("id", "project.id") if f"[task.{name}]" not in fragment
    )
    text = f'kind = "test"\n{fragment}\n{needed}\n[task.status]\nfrom = "s"\nvalues = {{ a = "todo" }}\n'

    problems = refused(text).problems

    assert len(problems) == 1
    assert f"own.toml {place}" in problems[0].say("en")
    assert said in problems[0].say("en")


def test_all_mistakes_are_told_together_from_top_to_bottom():
    problem = refused('kind = "test"\n[task.status]\nfrom = "s"\notherwise = "todo"\n[task.kez]\nfrom = "k"\n')

    lines = problem.say("en").splitlines()

    assert lines[0] == "6 problem(s) in the mapping file own.toml:"
    assert [line.split(". ", 1)[1].split("]")[0] for line in lines[1:]] == [
        # What is missing is told where the table begins that should hold it.
        "own.toml line 2 column 1 [task.status",
        "own.toml line 2 column 1 [task.id",
        "own.toml line 2 column 1 [task.title",
        "own.toml line 2 column 1 [task.project.id",
        "own.toml line 4 column 1 [task.status.otherwise",
        "own.toml line 5 column 1 [task.kez",
    ]
    assert [name in problem.say("en") for name in ("[task.id]", "[task.title]", "[task.project.id]")] == [True] * 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "kind is missing"),
        ("kind = 3", "must be a name in small letters"),
        ('kind = "x"\ntask = 3', "must be a table"),
        ('kind = "x"\nfields = 3', "must be a table"),
        ("kind =", "line 1 column 7: not valid TOML"),
        ('kind = "a"\nkind = "b"', "line 2 column 1 [kind]: declared twice, first in line 1. Keep one of them."),
        ("a = [", "line 1 column 6: not valid TOML"),
        ('[task.id]\nfrom = "a"\n[task.id]\nfrom = "b"', "line 3 column 1 [task.id]: declared twice, first in line 1"),
        ('[task]\nid.from = "a"\nid.from = "b"', "line 3 column 1 [task.id.from]: declared twice, first in line 2"),
        ("a = { b = 1, b = 2 }", "line 1 column 14 [a.b]: declared twice, first in line 1"),
        ("a = 1\nb = [1 }\n[c]\n[c]", "line 2 column 8: not valid TOML"),
        ("a = " + "[" * 5000, "nested too deeply"),
    ],
)
def test_a_file_that_is_no_mapping_is_refused(text: str, said: str):
    assert said in refused(text).say("en")


def test_every_problem_is_said_in_both_languages():
    problem = refused('kind = "test"\n[task.due]\nfrom = "a"\n[task.status]\nfrom = "s"\nvalues = { a = "fertig" }')

    assert all("own.toml" in problem.say(lang) for lang in LANGUAGES)
    assert "第 2 行第 1 列" in problem.say("zh")
    assert "不是 status 的值" in problem.say("zh")


def test_a_windows_file_with_a_byte_order_mark_is_the_same_mapping(a_file):
    unix = a_file('[task.key]\nfrom = "k"')

    windows = parse("\ufeff" + unix.text.replace("\n", "\r\n"), name="own.toml")

    assert (windows.version, windows.text) == (unix.version, unix.text)


def test_the_version_names_the_kind_and_changes_with_the_text(a_file):
    first, second = a_file('[task.key]\nfrom = "a"'), a_file('[task.key]\nfrom = "b"')

    assert first.version == a_file('[task.key]\nfrom = "a"').version
    assert first.version != second.version
    assert first.version.startswith("test-")
    assert len(first.version) == len("test-") + 8
