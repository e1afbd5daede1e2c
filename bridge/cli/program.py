"""The `pbridge` program: its commands, and what a person sees when one of them fails."""

from __future__ import annotations

import io
import os
import sys
import traceback
from collections.abc import Sequence

import click

from bridge.cli import mistakes
from bridge.cli.commands import Commands
from bridge.cli.printing import plain_lines
from bridge.cli.session import Group, Session, language_in
from bridge.errors import BridgeError
from bridge.language import Text
from bridge.usecases.discretion import hushed

ABOUT = Text(
    zh="进度桥：从 PingCode 和 Worktile 到一份销售看得懂的延期报告。",
    en="progress-bridge: from PingCode and Worktile to one delay report that sales understands.",
)
STOPPED = Text(zh="已停止。", en="Stopped.")
UNEXPECTED = Text(
    zh="出现了意料之外的问题：{what}。没有完成；加 --verbose 可看到细节，请把它报告给维护者。",
    en="Something unexpected went wrong: {what}. It was not finished; --verbose shows details worth reporting.",
)
NO_IO = Text(
    zh="读写失败：{what}。请检查磁盘空间与权限，再运行一次。",
    en="Reading or writing failed: {what}. Check disk space and permissions, then run it again.",
)


@click.group(cls=Group, about=ABOUT, example="pbridge demo", context_settings={"help_option_names": ["-h", "--help"]})
def program() -> None:
    pass


program.commands = Commands()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code of surface §2."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    session = Session(lang=language_in(given))
    _prepare_streams()
    try:
        result = program.main(args=given, prog_name="pbridge", obj=session, standalone_mode=False)
        sys.stdout.flush()
        return result if isinstance(result, int) else 0
    except BridgeError as err:
        return _failed(session, err.say(session.said_in), err.exit_code)
    except click.ClickException as err:
        return _failed(session, mistakes.said(err, session.said_in), 2)
    except (click.Abort, KeyboardInterrupt):
        return _failed(session, STOPPED.say(session.said_in), 1)
    except (BrokenPipeError, SystemExit):
        # The reader (`head`, a closed pager) has seen enough: click ends with SystemExit then, print with an error.
        _give_up_stdout()
        return 0
    except OSError as err:
        _give_up_stdout()
        return _failed(session, NO_IO.say(session.said_in, what=_place(err)), 3)
    except Exception as err:  # noqa: BLE001 - the border: a person gets a sentence, never a traceback
        return _failed(session, UNEXPECTED.say(session.said_in, what=type(err).__name__), 1)


def _prepare_streams() -> None:
    """Output that cannot fail for the characters in it: UTF-8 for files and pipes, `?` where a terminal lacks one."""
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - closed by the caller
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="replace")


def _give_up_stdout() -> None:
    """Python must not complain a second time, at exit, about an output nobody reads or that has no room."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except io.UnsupportedOperation:
        return


def _place(err: OSError) -> str:
    why = err.strerror or type(err).__name__
    return f"{err.filename}: {why}" if err.filename else why


def _failed(session: Session, message: str, code: int) -> int:
    click.echo(plain_lines(message), err=True)
    if session.verbose:
        click.echo(plain_lines(hushed(traceback.format_exc())), err=True)
    return code
