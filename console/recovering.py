"""Copies of the data, and bringing ledger and engine level after one of them was lost or is older."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated

import typer
from temporalio.client import Client

import audit
from client import copies, house, levels, post, recovery, whereabouts
from client.connection import connect, workers_seen
from client.levels import Level, Standing
from client.reading import SqlLedger, reading
from client.recovery import Outcome
from client.settings import Settings
from client.troubles import Trouble
from console import showing
from console.errors import FAILED
from console.options import flag
from console.session import AsJson, session
from console.showing import Column, number
from domain.values import Refusal

_WHAT = {
    Standing.LEDGER_OLDER: "take the missing entries out of the engine's histories",
    Standing.ENGINE_OLDER: "end the engine's run, and live on from what is on record",
    Standing.ENGINE_LOST: "live on in the engine from what is on record",
    Standing.APART: "nothing: both hold different entries, a person must decide",
}

WithWorkers = Annotated[
    bool, flag("--with-workers", "Go on although workers are at work; stop them if you can.")
]


def recover(
    ctx: typer.Context,
    dry_run: Annotated[bool, flag("--dry-run", "Only show both heads and what would be done.")] = False,
    with_workers: WithWorkers = False,
    as_json: AsJson = False,
) -> None:
    """Bring ledger and engine level: neither decisions are lost nor letters sent twice."""
    settings = session(ctx).settings()
    found, outcome = asyncio.run(
        _recovered(settings, dry_run=dry_run, with_workers=with_workers, quiet=as_json)
    )
    wanting = recovery.wanting(found)
    if as_json:
        showing.as_json(
            {
                "entities": len(found),
                "wanting": [one.model_dump(mode="json") for one in wanting],
                "done": outcome.model_dump(mode="json") if outcome else None,
            }
        )
    elif outcome is None:
        _plan(found)
        if wanting:
            showing.line("Nothing was changed; without --dry-run it is done.")
    else:
        _done(outcome)
    if outcome is not None and outcome.left:
        raise typer.Exit(FAILED)


async def _recovered(
    settings: Settings, *, dry_run: bool, with_workers: bool, quiet: bool, older: bool = False
) -> tuple[tuple[Level, ...], Outcome | None]:
    """How everything stood, and what was done about it; nothing, where that was not wanted or needed."""
    say = (lambda _: None) if quiet else showing.aside
    async with _engine(settings, dry_run=dry_run, quiet=quiet) as client:
        with reading(settings) as ledger:
            found = await levels.levels(client, ledger)
            wanting = recovery.wanting(found)
            if dry_run or not (wanting or older):
                return found, None
            if not with_workers and (seen := await workers_seen(client)):
                raise Refusal(
                    f"{', '.join(seen)} asked for work within the last minute; stop all workers, wait a minute, and "
                    "run this again (or say --with-workers)"
                )
            if wanting and not quiet:
                _plan(found)
            lookup = post.lookup(settings)
            outcome = await recovery.recover(client, ledger, found, lookup, say, older=older)
            await _checked(ledger)
            return found, outcome


async def _checked(ledger: SqlLedger) -> None:
    try:
        report = await asyncio.to_thread(audit.rebuild, ledger, check=True)
    except ValueError as wrong:
        raise Trouble(f"after the recovery: {wrong}") from None
    if not report.clean:
        raise Trouble(
            f"after the recovery the records differ from the entries ({report.problems[0]}); "
            "`tandem records rebuild` writes them anew"
        )


@asynccontextmanager
async def _engine(settings: Settings, *, dry_run: bool, quiet: bool) -> AsyncIterator[Client]:
    """The cluster of the settings, or the engine of the home folder without its worker."""
    if settings.temporal_address is not None:
        yield await connect(settings)
        return
    if whereabouts.running(settings.home) is not None:
        if not dry_run:
            raise Refusal(f"it is running in {settings.home}; stop it first, so that nobody works meanwhile")
        yield await connect(settings)
        return
    if not copies.holds_data(settings):
        raise Trouble(
            f"there is nothing to recover in {settings.home}: neither a ledger nor an engine's database"
        )
    say = (lambda _: None) if quiet else showing.aside
    async with house.House(settings, say, worker=False) as here:
        yield await connect(settings.model_copy(update={"temporal_address": here.address}))


def _plan(found: tuple[Level, ...]) -> None:
    wanting = recovery.wanting(found)
    what = showing.counted(len(found), "entity", "entities")
    if not wanting:
        showing.line(f"OK: ledger and engine are level ({what})", style="green")
        return
    showing.table(
        [Column("Entity"), number("Ledger"), number("Engine"), Column("Finding"), Column("To be done")],
        [
            (one.entity, str(one.ledger), str(one.engine), one.standing.value, _WHAT[one.standing])
            for one in wanting
        ],
    )
    showing.line(f"{len(wanting)} of {what} are not level")


def _done(outcome: Outcome) -> None:
    did = outcome.recovery
    showing.line()
    if did.harvested:
        bit = (
            "every one of them to the bit as it was"
            if did.exact == did.harvested
            else f"{did.exact} of them to the bit as they were"
        )
        showing.line(
            f"{showing.counted(did.harvested, 'entry', 'entries')} taken out of the engine's histories, {bit}"
        )
    if did.restarted:
        showing.line(
            f"{showing.counted(did.restarted, 'entity', 'entities')} living on in the engine from the record"
        )
    if did.lost is not None:
        showing.line(
            "Entries between them are lost that the engine never knew (refused attempts, mostly): checkpoints of "
            f"after entry {did.before} kept elsewhere do not match any more, and the log says why."
        )
    if did.texts_missing:
        showing.line(
            f"{showing.counted(did.texts_missing, 'text')} or documents those entries speak of are not in the vault; "
            "ask for them again"
        )
    if did.people_missing:
        showing.line(
            f"{showing.counted(did.people_missing, 'person', 'people')} letters are for are not on file; "
            "load them again (tandem programme load FILE --people FILE) before any letter is released",
            style="yellow",
        )
    showing.line(
        f"Letters: {did.letters_held} held, {did.letters_doubtful} in doubt, {did.letters_past} known to have ended."
    )
    for entity, why in outcome.left.items():
        showing.line(f"- {entity}: {why}", style="red")
    showing.line("Start it, look at it (tandem doctor, tandem tasks), then: tandem letters release")


def backup(
    ctx: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A new folder; best on another disk.")],
    as_json: AsJson = False,
) -> None:
    """Copy engine, ledger and mailbox of the home folder while it runs, and check the copy."""
    settings = session(ctx).settings()
    manifest = copies.backup(settings, folder, _verified)
    size = sum((folder / name).stat().st_size for name in manifest.files)
    if as_json:
        showing.as_json({"folder": str(folder), "bytes": size, **manifest.model_dump(mode="json")})
        return
    showing.line(
        f"OK: {folder} holds {showing.counted(len(manifest.files), 'file')} ({size / 1e6:.1f} MB), every entry in it "
        "as it was written",
        style="green",
    )
    showing.line(manifest.checkpoint.line)


def _verified(ledger: Path) -> None:
    """Trouble where a copied ledger is not as it was written: a backup of damage helps nobody."""
    with copies.opened(ledger) as copied:
        report = audit.verify(copied)
    if not report.clean:
        raise Trouble(
            f"the ledger is not as it was written ({report.problems[0]}), so no backup was made of it; "
            "see `tandem ledger verify`, and keep the backups there are"
        )


def restore(
    ctx: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="What `tandem backup` made.")],
    replace: Annotated[bool, flag("--replace", "Move what is in the home folder aside.")] = False,
) -> None:
    """Put a backup back into the home folder, bring both sides level, and hold all letters."""
    settings = session(ctx).settings()
    aside = copies.put_back(settings, folder, replace=replace)
    showing.line(f"{folder} is in {settings.home} now")
    if aside is not None:
        showing.line(f"what was there lies in {aside}; delete it when all is well")
    _, outcome = asyncio.run(_recovered(settings, dry_run=False, with_workers=True, quiet=False, older=True))
    assert outcome is not None
    _done(outcome)
    if outcome.left:
        raise typer.Exit(FAILED)
