"""The command line `tandem`: all commands put together, and how a call of it begins and ends."""

from __future__ import annotations

import atexit
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from console import errors
from console.session import Session

RUNNING, READING, ASKING, AUDITING = "Run", "Read", "Act", "Audit"

COMMANDS: dict[str, tuple[str, str]] = {
    "up": ("running.up", RUNNING),
    "worker": ("running.worker", RUNNING),
    "demo": ("demo.demo", RUNNING),
    "rehearse": ("rehearsing.rehearse", RUNNING),
    "prepare": ("running.prepare", RUNNING),
    "settings": ("running.settings", RUNNING),
    "backup": ("recovering.backup", RUNNING),
    "restore": ("recovering.restore", RUNNING),
    "recover": ("recovering.recover", RUNNING),
    "doctor": ("doctor.doctor", RUNNING),
    "programme": ("programmes.app", ASKING),
    "whatif": ("whatif.whatif", READING),
    "preview": ("previewing.preview", READING),
    "tasks": ("tasks.tasks", READING),
    "board": ("board.board", READING),
    "indicators": ("indicators.indicators", READING),
    "history": ("history.history", READING),
    "deadline": ("deadlines.deadline", READING),
    "calendar": ("calendars.calendar", READING),
    "mailbox": ("mailbox.app", READING),
    "letters": ("letters.app", READING),
    "partnership": ("partnerships.app", ASKING),
    "visit": ("visits.app", ASKING),
    "pilot": ("pilots.app", ASKING),
    "cluster": ("clusters.app", ASKING),
    "people": ("people.app", ASKING),
    "ledger": ("records.ledger_app", AUDITING),
    "records": ("records.records_app", AUDITING),
    "replay": ("running.replay_histories", AUDITING),
    "attempts": ("records.attempts", AUDITING),
    "docs": ("docs.app", AUDITING),
}
"""Every command: its module and what it is called there, and under which heading the help lists it.

Commands are imported by name when they are wanted: all of them together take three times as long as the one.
"""
REQUESTS = ("staging", "deciding", "steering", "proposing")
"""The modules whose import adds the requests to `tandem partnership`."""
_ONLY_READ = ("list", "show")
"""The commands of `tandem partnership` that ask nothing of the engine, and do without what asking takes."""


def assembled(wanted: Sequence[str] = ()) -> typer.Typer:
    """The command line, with all commands or, where its words begin with one of them, that one alone."""
    app = typer.Typer(
        name="tandem",
        cls=errors.Commands,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        add_completion=False,
        context_settings={"help_option_names": ["-h", "--help"]},
        help="The lifecycle of city-to-city cooperation: stages, gates, clocks, letters, and a record to rely on.",
    )
    app.callback()(_tandem)
    names = [name for name in wanted[:1] if name in COMMANDS] or list(COMMANDS)
    for name in names:
        place, panel = COMMANDS[name]
        module, _, attribute = place.partition(".")
        held = getattr(import_module(f"console.{module}"), attribute)
        if isinstance(held, typer.Typer):
            app.add_typer(held, name=name, rich_help_panel=panel)
        else:
            app.command(name, rich_help_panel=panel)(held)
    if "partnership" in names and (not wanted or wanted[1:2] not in [[name] for name in _ONLY_READ]):
        partnerships = import_module("console.partnerships")
        if not any(command.name == "ask-again" for command in partnerships.app.registered_commands):
            partnerships.app.command("ask-again")(import_module("console.asking").ask_again)
        for module in REQUESTS:
            import_module(f"console.{module}")
    if "programme" in names and (not wanted or wanted[1:2] not in [[name] for name in ("load", "show")]):
        import_module("console.broadcasting")
    return app


def __getattr__(name: str) -> typer.Typer:
    """`app`: the whole command line, put together when somebody asks for it."""
    if name != "app":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()["app"] = whole = assembled()
    return whole


def _version(wanted: bool) -> None:
    if wanted:
        try:
            print(f"tandem {version('tandem')}")
        except PackageNotFoundError:
            print("tandem (not installed)")
        raise typer.Exit


def _tandem(
    ctx: typer.Context,
    home: Annotated[
        Path | None,
        typer.Option(
            "--home", metavar="DIR", help="The folder of the embedded default.", show_default="./.tandem"
        ),
    ] = None,
    _: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, metavar="", help="Print the version."),
    ] = False,
) -> None:
    ctx.obj = Session(home=home)


def _words(arguments: Sequence[str]) -> list[str]:
    """What is left of the command line once its home folder is taken off its beginning."""
    left = list(arguments)
    while left:
        if left[0] == "--home":
            del left[:2]
        elif left[0].startswith("--home="):
            del left[0]
        else:
            break
    return left


def main() -> None:
    """Run the command line of this process and end with its status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a terminal without Chinese letters shows them as codes
            stream.reconfigure(errors="backslashreplace")
    status = 0
    try:
        assembled(_words(sys.argv[1:]))(prog_name="tandem")
    except SystemExit as end:
        status = _status(end)
    _end(status)


def _status(end: SystemExit) -> int:
    if end.code is None or isinstance(end.code, int):
        return end.code or 0
    sys.stderr.write(f"{end.code}\n")
    return errors.FAILED


def _end(status: int) -> NoReturn:
    """End without the interpreter's own end: threads of the engine's library now and then abort the process there."""
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:  # nobody reads it any more
            try:
                stream.flush()
            except OSError:
                status = status or errors.FAILED
    os._exit(status)
