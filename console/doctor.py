"""What must hold for the product to do its work: each thing looked at, with its remedy."""

from __future__ import annotations

import asyncio

import typer
from rich.text import Text

from client import checkup
from client.checkup import Grade
from console import showing
from console.errors import FAILED
from console.session import AsJson, session
from console.showing import Column, loose

_STYLE = {Grade.OK: "green", Grade.NOTICE: "yellow", Grade.WRONG: "red"}


def doctor(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Look at everything that must hold, and say what to do where it does not."""
    found = asyncio.run(checkup.checkup(session(ctx).settings()))
    wrong = [one for one in found if one.grade is Grade.WRONG]
    notices = [one for one in found if one.grade is Grade.NOTICE]
    if as_json:
        showing.as_json(list(found))
    else:
        showing.table(
            [Column("Is"), Column("Check"), loose("Seen")],
            [(Text(one.grade.value, style=_STYLE[one.grade]), one.check, one.seen) for one in found],
        )
        for one in (*wrong, *notices):
            showing.line(f"{one.check}: {one.remedy}", style=_STYLE[one.grade])
        if wrong:
            showing.line(f"NOT OK: {showing.counted(len(wrong), 'thing')} wrong", style="red")
        else:
            more = f", {showing.counted(len(notices), 'thing')} for a person to look at" if notices else ""
            showing.line(f"OK: {len(found)} things looked at{more}", style="green")
    if wrong:
        raise typer.Exit(FAILED)
