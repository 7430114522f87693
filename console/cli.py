"""The command line `tandem`: all commands put together, and how a call of it begins and ends."""

from __future__ import annotations

import atexit
import os
import sys
from importlib.metadata import PackageNotFoundError, version
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from console import (
    asking,
    board,
    calendars,
    deadlines,
    deciding,
    demo,
    docs,
    doctor,
    errors,
    history,
    letters,
    mailbox,
    partnerships,
    people,
    programmes,
    proposing,
    records,
    recovering,
    running,
    staging,
    steering,
    tasks,
)
from console.session import Session

app = typer.Typer(
    name="tandem",
    cls=errors.Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="The lifecycle of city-to-city cooperation: stages, gates, clocks, letters, and a record to rely on.",
)
RUNNING, READING, ASKING, AUDITING = "Run", "Read", "Act", "Audit"


def _version(wanted: bool) -> None:
    if wanted:
        try:
            print(f"tandem {version('tandem')}")
        except PackageNotFoundError:
            print("tandem (not installed)")
        raise typer.Exit


@app.callback()
def tandem(
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


app.command("up", rich_help_panel=RUNNING)(running.up)
app.command("worker", rich_help_panel=RUNNING)(running.worker)
app.command("demo", rich_help_panel=RUNNING)(demo.demo)
app.command("prepare", rich_help_panel=RUNNING)(running.prepare)
app.command("settings", rich_help_panel=RUNNING)(running.settings)
app.command("backup", rich_help_panel=RUNNING)(recovering.backup)
app.command("restore", rich_help_panel=RUNNING)(recovering.restore)
app.command("recover", rich_help_panel=RUNNING)(recovering.recover)
app.command("doctor", rich_help_panel=RUNNING)(doctor.doctor)

app.add_typer(programmes.app, name="programme", rich_help_panel=ASKING)

app.command("tasks", rich_help_panel=READING)(tasks.tasks)
app.command("board", rich_help_panel=READING)(board.board)
app.command("history", rich_help_panel=READING)(history.history)
app.command("deadline", rich_help_panel=READING)(deadlines.deadline)
app.command("calendar", rich_help_panel=READING)(calendars.calendar)
app.add_typer(mailbox.app, name="mailbox", rich_help_panel=READING)
app.add_typer(letters.app, name="letters", rich_help_panel=READING)

app.add_typer(partnerships.app, name="partnership", rich_help_panel=ASKING)
app.add_typer(people.app, name="people", rich_help_panel=ASKING)
partnerships.app.command("ask-again")(asking.ask_again)

app.add_typer(records.ledger_app, name="ledger", rich_help_panel=AUDITING)
app.add_typer(records.records_app, name="records", rich_help_panel=AUDITING)
app.command("replay", rich_help_panel=AUDITING)(running.replay_histories)
app.command("attempts", rich_help_panel=AUDITING)(records.attempts)
app.add_typer(docs.app, name="docs", rich_help_panel=AUDITING)

REQUESTS = (staging, deciding, steering, proposing)
"""The modules whose import adds the requests to `tandem partnership`."""


def main() -> None:
    """Run the command line of this process and end with its status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a terminal without Chinese letters shows them as codes
            stream.reconfigure(errors="backslashreplace")
    status = 0
    try:
        app(prog_name="tandem")
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
