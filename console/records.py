"""The auditor's commands: is the ledger as it was written, do records follow from it, do histories replay."""

from __future__ import annotations

import sys
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import Annotated

import typer

import audit
from client import people, preparing
from client.reading import Attempt, Checkpoint, entity
from console import errors, showing, telling
from console.errors import FAILED
from console.options import flag
from console.session import AsJson, records, session
from console.showing import Column, loose
from domain.values import Refusal

records_app = typer.Typer(no_args_is_help=True, help="Where everything stands, as folded from the entries.")
ledger_app = typer.Typer(
    no_args_is_help=True, help="The log of all entries, and whether it is as it was written."
)


@records_app.command()
def rebuild(
    ctx: typer.Context,
    check: Annotated[bool, flag("--check", "Only compare; change nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Fold all entries afresh and compare with the records; without --check, write anew what differs."""
    with records(ctx) as ledger:
        try:
            report = audit.rebuild(ledger, check=check)
        except ValueError as wrong:
            raise Refusal(str(wrong)) from None
    if as_json:
        showing.as_json({"clean": report.clean, "checked_only": check, **report.model_dump(mode="json")})
    else:
        what = f"{showing.counted(report.entries, 'entry', 'entries')} of {_entities(report.entities)} folded afresh"
        if report.clean:
            showing.line(f"OK: {what}; every record, snapshot and letter is as it should be", style="green")
        else:
            _problems(report)
            done = "nothing was changed" if check else "written anew; missing letters are held until released"
            showing.line(f"{what}; {_count(report)} found, {done}")
    if check and not report.clean:
        raise typer.Exit(FAILED)


@records_app.command()
def migrate(ctx: typer.Context) -> None:
    """Bring the tables up to this version; `tandem up` does so by itself."""
    preparing.tables(session(ctx).settings())
    showing.line("the ledger's tables are those of this version")


@ledger_app.command()
def verify(
    ctx: typer.Context,
    checkpoint: Annotated[
        Path | None,
        typer.Option(
            "--checkpoint",
            metavar="FILE",
            help="One kept elsewhere: a file with its line, a letter that carries it, or - for stdin.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check every entry against itself, its neighbours, its entity's life and the guards of the database."""
    kept = _kept(checkpoint)
    with records(ctx) as ledger:
        report = audit.verify(ledger, kept)
    if as_json:
        showing.as_json({"clean": report.clean, "against": kept, **report.model_dump(mode="json")})
    elif report.clean:
        what = f"{showing.counted(report.entries, 'entry', 'entries')} of {_entities(report.entities)}"
        showing.line(f"OK: {what}, every one as it was written", style="green")
        if kept is not None:
            showing.line(
                f"It agrees with the checkpoint of {showing.counted(kept.size, 'entry', 'entries')}."
            )
        else:
            showing.line(
                "A log cut off at its end, or rewritten as a whole, shows only against a checkpoint kept "
                "elsewhere: every letter carries one (--checkpoint FILE)."
            )
        if report.checkpoint is not None:
            showing.line(report.checkpoint.line)
    else:
        _problems(report)
        showing.line(
            f"NOT OK: {_count(report)} in {showing.counted(report.entries, 'entry', 'entries')}", "red"
        )
    if not report.clean:
        raise typer.Exit(FAILED)


@ledger_app.command()
def checkpoint(ctx: typer.Context, as_json: AsJson = False) -> None:
    """The newest checkpoint as one line, to be kept elsewhere."""
    with records(ctx) as ledger:
        newest = ledger.checkpoint()
    if as_json:
        showing.as_json(newest)
    else:
        showing.line(newest.line)


def attempts(
    ctx: typer.Context,
    code: Annotated[
        str | None, typer.Option("--partnership", "-p", metavar="CODE", help="Only on this partnership.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Refused requests that matter in themselves: a wrong role, one's own work, both sides."""
    with records(ctx) as ledger:
        found = ledger.attempts(entity(ledger, code).entity if code is not None else None)
        names = telling.Names(people.names(ledger))
        told = [people.named(ledger, one.sentence) for one in found]
    if as_json:
        showing.as_json(list(found))
        return
    if not found:
        showing.line("No refused attempt that matters is on record.")
        return
    showing.table(
        [Column("When (UTC)"), Column("Code"), loose("Who"), Column("Tried"), loose("Refused because")],
        [
            (showing.minute(one.at), _code(one), names.actor(one.by), _tried(one), sentence)
            for one, sentence in zip(found, told, strict=True)
        ],
    )


def _code(attempt: Attempt) -> str:
    return attempt.entity.partition("/")[2]


def _tried(attempt: Attempt) -> str:
    return str(attempt.request.get("kind", "")).replace("_", "-")


def _kept(path: Path | None) -> Checkpoint | None:
    """The checkpoint in a file: as a line, in JSON, or at the foot of a letter saved as a message."""
    if path is None:
        return None
    raw = sys.stdin.buffer.read() if str(path) == "-" else errors.read_bytes(path)
    text = raw.decode("utf-8", "replace")
    try:
        return Checkpoint.read(text)
    except ValueError as wrong:
        inside = _text_of_a_letter(raw)
        if inside is None:
            raise Refusal(f"{path}: {wrong}") from None
    try:
        return Checkpoint.read(inside)
    except ValueError as wrong:
        raise Refusal(f"{path}: {wrong}") from None


def _text_of_a_letter(raw: bytes) -> str | None:
    """The text of a message as mail programs save it, in which lines are encoded; None for anything else."""
    message = BytesParser(EmailMessage, policy=policy.default).parsebytes(raw)
    body = message.get_body(preferencelist=("plain", "html")) if message["From"] is not None else None
    try:
        return str(body.get_content()) if isinstance(body, EmailMessage) else None
    except (LookupError, ValueError):
        return None


def _problems(report: audit.Report) -> None:
    for problem in report.problems:
        showing.line(f"- {problem}")
    if report.left_out:
        showing.line(f"- and {report.left_out} more")


def _count(report: audit.Report) -> str:
    return showing.counted(len(report.problems) + report.left_out, "problem")


def _entities(count: int) -> str:
    return showing.counted(count, "entity", "entities")
