"""What a connector declares of its streams beside the tasks: who people are, and what keys and values of a task mean."""

from __future__ import annotations

from msgspec import Struct


class Members(Struct, frozen=True):
    """A stream of people, and under which keys of a row stands what tells who it is: the first that has a value counts."""

    stream: str
    name: tuple[str, ...] = ("display_name", "name")
    email: tuple[str, ...] = ("email",)
    mobile: tuple[str, ...] = ("mobile",)
    number: tuple[str, ...] = ("employee_number",)


class Glossary(Struct, frozen=True):
    """A stream whose rows say what a value in a task means: the id of a row stands at the path `at`."""

    stream: str
    at: str
    label: str = "name"


class Definitions(Struct, frozen=True):
    """A stream whose rows define the members of the object `under` in a task: key, name, type and options."""

    stream: str
    under: str = "properties"
    key: str = "id"
    name: str = "name"
    type: str = "type"
    options: str = "options"
    option_id: str = "_id"
    option_label: str = "text"
