"""The `pbridge` program: its commands, and what a person sees when one of them fails."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence

import click

from bridge.cli import demo, listing, mapping, plan, reports, sources, start, store
from bridge.cli.session import Group, Session, language_in
from bridge.errors import BridgeError
from bridge.language import Lang, Text

ABOUT = Text(
    zh="进度桥：从 PingCode 和 Worktile 到一份销售看得懂的延期报告。",
    en="progress-bridge: from PingCode and Worktile to one delay report that sales understands.",
)
STOPPED = Text(zh="已停止。", en="Stopped.")
UNEXPECTED = Text(
    zh="出现了意料之外的问题：{what}。没有完成；加 --verbose 可看到细节，请把它报告给维护者。",
    en="Something unexpected went wrong: {what}. It was not finished; --verbose shows details worth reporting.",
)


@click.group(cls=Group, about=ABOUT, example="pbridge demo", context_settings={"help_option_names": ["-h", "--help"]})
def program() -> None:
    pass


COMMANDS: tuple[click.Command, ...] = (
    *start.COMMANDS,
    *sources.COMMANDS,
    *reports.COMMANDS,
    *listing.COMMANDS,
    plan.plan,
    mapping.mapping,
    store.db,
    demo.demo,
)
for command in COMMANDS:
    program.add_command(command)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code of surface §2."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    session = Session(lang=language_in(given))
    try:
        result = program.main(args=given, prog_name="pbridge", obj=session, standalone_mode=False)
        sys.stdout.flush()
        return result if isinstance(result, int) else 0
    except BridgeError as err:
        return _failed(session, err.say(session.said_in), err.exit_code)
    except click.ClickException as err:
        return _failed(session, err.format_message(), 2)
    except (click.Abort, KeyboardInterrupt):
        return _failed(session, STOPPED.say(session.said_in), 1)
    except BrokenPipeError:
        # The reader (`head`, a closed pager) has seen enough; python must not complain about it again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as err:  # noqa: BLE001 - the border: a person gets a sentence, never a traceback
        return _unexpected(session, err, session.said_in)


def _failed(session: Session, message: str, code: int) -> int:
    click.echo(message, err=True)
    if session.verbose:
        click.echo(traceback.format_exc(), err=True)
    return code


def _unexpected(session: Session, err: Exception, lang: Lang) -> int:
    return _failed(session, UNEXPECTED.say(lang, what=f"{type(err).__name__}"), 1)
