"""The local mailbox that letters of the embedded default go to."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from client import post
from console import showing
from console.session import AsJson, session
from console.showing import Column, loose, number
from domain.values import Refusal

app = typer.Typer(
    invoke_without_command=True, help="The local mailbox: every letter the embedded default has delivered."
)

To = Annotated[str | None, typer.Option("--to", metavar="ADDRESS", help="Only letters to this address.")]


@app.callback()
def mailbox(ctx: typer.Context, to: To = None, as_json: AsJson = False) -> None:
    if ctx.invoked_subcommand is None:
        _list(ctx, to, as_json)


@app.command("list")
def list_letters(ctx: typer.Context, to: To = None, as_json: AsJson = False) -> None:
    """What lies in the mailbox, in the order it came in."""
    _list(ctx, to, as_json)


@app.command()
def show(
    ctx: typer.Context,
    letter: Annotated[int, typer.Argument(metavar="N", min=1, help="Its number.")],
    as_json: AsJson = False,
) -> None:
    """One letter as its reader sees it."""
    settings = session(ctx).settings()
    text = post.show(settings, letter)
    if as_json:
        held = next(one for one in post.letters(settings) if one.number == letter)
        showing.as_json({**_plain(held), "text": text})
        return
    showing.line(text.rstrip("\n"))


def _list(ctx: typer.Context, to: str | None, as_json: bool) -> None:
    settings = session(ctx).settings()
    if settings.maildir.exists() and not settings.maildir.is_dir():
        raise Refusal(f"the mailbox {settings.maildir} is no folder (TANDEM_MAILBOX)")
    found = post.letters(settings, to)
    if as_json:
        showing.as_json([_plain(one) for one in found])
        return
    if not found:
        where = f" to {to}" if to else ""
        showing.line(f"The mailbox {settings.maildir} has no letters{where}.")
        return
    showing.table(
        [number("N"), Column("Date"), loose("To"), loose("Subject")],
        [(one.number, showing.minute(one.date) if one.date else "", one.to, one.subject) for one in found],
    )
    showing.line()
    showing.line(
        f"{showing.counted(len(found), 'letter')} in {settings.maildir}; `tandem mailbox show N` shows one"
    )


def _plain(one: post.Row) -> dict[str, Any]:
    return {
        "number": one.number,
        "date": one.date,
        "to": one.to,
        "subject": one.subject,
        "path": str(one.path),
    }
