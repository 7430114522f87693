"""Letters on file: how far each got, and letting those go that were held."""

from __future__ import annotations

import asyncio
from enum import StrEnum
from typing import Annotated, Any

import typer

from client import letters as outgoing
from client import people
from client.connection import connect
from client.reading import FiledLetter, LetterStatus, SqlLedger, entity
from client.settings import Settings
from console import showing, telling
from console.session import AsJson, records, session
from console.showing import Column, loose, number

app = typer.Typer(no_args_is_help=True, help="Letters on file: planned, sent, held, in trouble.")


class Doubtful(StrEnum):
    SEND = "send"
    DROP = "drop"


@app.command("list")
def list_letters(
    ctx: typer.Context,
    status: Annotated[LetterStatus | None, typer.Option("--status", help="Only these.")] = None,
    code: Annotated[
        str | None, typer.Option("--partnership", "-p", metavar="CODE", help="Only of this partnership.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, help="So many at most.")] = 50,
    as_json: AsJson = False,
) -> None:
    """How far letters got, newest first; without options those that have not ended."""
    with records(ctx) as ledger:
        of = entity(ledger, code).entity if code is not None else None
        found = ledger.letters(of, status=status)
        names = telling.Names(people.names(ledger))
    if status is None and code is None:
        found = tuple(one for one in found if not one.status.ended)
    if as_json:
        showing.as_json([_plain(one) for one in found])
        return
    if not found:
        showing.line(
            "No such letter." if status or code else "Every letter has ended: sent, refused or withdrawn."
        )
        return
    showing.table(
        [
            Column("Planned"),
            Column("Code"),
            Column("Kind"),
            loose("To"),
            Column("Status"),
            number("Tries"),
            loose("Why"),
        ],
        [
            (
                showing.minute(one.letter.at),
                one.letter.entity.partition("/")[2],
                one.letter.kind,
                names(one.letter.recipient),
                one.status.value,
                str(one.attempts),
                one.last_error or "",
            )
            for one in found[:limit]
        ],
    )
    more = f", {limit} of them shown" if len(found) > limit else ""
    showing.line(f"{showing.counted(len(found), 'letter')}{more}")


def _plain(one: FiledLetter) -> dict[str, Any]:
    told = one.model_dump(mode="json", exclude={"letter"})
    letter = one.letter
    return {
        "key": letter.key,
        "entity": letter.entity,
        "entry": letter.number,
        "kind": letter.kind,
        "recipient": letter.recipient,
        "at": letter.at,
        **told,
    }


@app.command()
def release(
    ctx: typer.Context,
    doubtful: Annotated[
        Doubtful | None,
        typer.Option("--doubtful", help="Letters that may have gone out already: send again, or never."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Let letters go that are held since a recovery, and have all carried that wait."""
    settings = session(ctx).settings()
    with records(ctx) as ledger:
        done = asyncio.run(_released(settings, ledger, doubtful))
        unsure = len(ledger.letters(status=LetterStatus.DOUBTFUL))
    entities = done.entities
    if as_json:
        showing.as_json({**done.model_dump(mode="json"), "still_doubtful": unsure})
        return
    going = done.held + done.doubtful
    showing.line(
        f"{showing.counted(going, 'letter')} released; somebody carries those of "
        f"{showing.counted(entities, 'entity', 'entities')}"
    )
    if done.dropped:
        showing.line(f"{showing.counted(done.dropped, 'letter')} in doubt will not go out")
    if unsure:
        showing.line(
            f"{showing.counted(unsure, 'letter')} may have gone out before the restore already "
            "(tandem letters list --status doubtful); say --doubtful send or --doubtful drop"
        )


async def _released(settings: Settings, ledger: SqlLedger, doubtful: Doubtful | None) -> outgoing.Released:
    client = await connect(settings)  # first of all: nothing is released that nobody would carry
    let = outgoing.let_go(ledger, None if doubtful is None else doubtful is Doubtful.SEND)
    return let.model_copy(update={"entities": await outgoing.carry(client, ledger)})
