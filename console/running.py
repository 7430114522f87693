"""Commands that keep running: the embedded default, and a worker for a cluster of one's own."""

from __future__ import annotations

import asyncio
import os
import sys
from typing import Annotated

import typer

from client import house, preparing, replay, whereabouts
from client.connection import connect
from client.settings import Settings, described, unknown
from client.whereabouts import Whereabouts
from console import showing
from console.errors import FAILED
from console.session import AsJson, session

_OURS = ("TANDEM_AS",)
"""Variables of the command line itself, which are no settings."""


def up(ctx: typer.Context) -> None:
    """Start the embedded default in one process tree: engine, worker, ledger and mailbox. Ctrl-C stops it."""
    settings = session(ctx).settings()
    _warn_of_unknown()
    showing.aside(f"starting in {settings.home} …")
    asyncio.run(house.keep(settings, showing.aside, lambda here: _ready(settings, here)))
    showing.aside("stopped; everything is kept in the folder")


def _ready(settings: Settings, here: Whereabouts) -> None:
    home = settings.home
    mail = (
        f"by mail through {settings.smtp_host}"
        if settings.smtp_host
        else f"in {settings.maildir} (tandem mailbox)"
    )
    ledger = (
        str(home / "ledger.sqlite")
        if settings.database_url is None
        else "the database of TANDEM_DATABASE_URL"
    )
    showing.heading("Tandem is running")
    showing.facts(
        [
            ("ledger", ledger),
            ("letters", mail),
            ("engine", f"{here.web} (its own web page, for engineers), {here.address}"),
            ("logs", str(home / "logs")),
        ]
    )
    showing.line("Ctrl-C stops it; in another terminal: tandem tasks, tandem board, tandem --help")


def _warn_of_unknown() -> None:
    odd = [name for name in unknown() if name not in _OURS]
    if odd:
        showing.aside(f"no settings of these names, so they are ignored: {', '.join(odd)}", style="yellow")


def worker(ctx: typer.Context) -> None:
    """Run a worker for the cluster and the database of the settings, until SIGTERM or Ctrl-C."""
    settings = session(ctx).settings()
    _warn_of_unknown()
    # the worker knows all the concrete things and the command line knows none of them: it becomes the worker
    sys.stdout.flush()
    environment = {**os.environ, **settings.environment()}
    os.execve(sys.executable, [sys.executable, "-m", "worker"], environment)  # noqa: S606 - no shell is wanted


def prepare(
    ctx: typer.Context,
    current: Annotated[
        str | None,
        typer.Option(
            "--current",
            metavar="BUILD",
            help="Then let new chapters begin on this build, of which a worker must be running (TANDEM_BUILD).",
        ),
    ] = None,
) -> None:
    """Make the ledger's tables, and what the engine's namespace must know; once per version, before `worker`."""
    held = session(ctx).settings()
    preparing.tables(held)
    showing.line("the ledger's tables are those of this version")
    fresh = asyncio.run(preparing.namespace(held))
    showing.line(
        f"the namespace {held.temporal_namespace!r} knows all search attributes"
        + (f"; new to it: {', '.join(fresh)}" if fresh else "")
    )
    if current is not None:
        asyncio.run(preparing.current(held, current))
        showing.line(
            f"new chapters begin on the build {current}; older ones end on the build they began with"
        )


def settings(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Every setting: what it is called, what it means, what holds now; secrets are not shown."""
    held = session(ctx).settings()
    told = []
    for (variable, default, description), name in zip(described(), type(held).model_fields, strict=True):
        value = getattr(held, name)
        shown = "" if value is None else (str(value).lower() if isinstance(value, bool) else str(value))
        told.append((variable, shown, default, description))
    if as_json:
        showing.as_json(
            [
                {"variable": variable, "value": value or None, "default": default or None, "meaning": meaning}
                for variable, value, default, meaning in told
            ]
        )
        return
    for variable, value, default, meaning in told:
        mark = "" if value == default else "  (set)"
        showing.line(f"{variable} = {value or '–'}{mark}", style="bold" if mark else None)
        showing.line(f"    {meaning}", style="dim")
    _warn_of_unknown()


def replay_histories(
    ctx: typer.Context,
    code: Annotated[
        str | None, typer.Argument(metavar="[CODE]", help="A partnership; without it all of them.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Replay the live histories against the installed code: would it decide the same again?"""
    held = session(ctx).settings()
    found = asyncio.run(_replayed(held, code))
    failed = [one for one in found if one.trouble]
    if as_json:
        showing.as_json(found)
    else:
        entities = len({one.entity for one in found})
        events = sum(one.events for one in found)
        for one in failed:
            showing.line(f"- {one.entity}, run {one.run}: {one.trouble}")
        what = (
            f"{showing.counted(len(found), 'run')} of {showing.counted(entities, 'entity', 'entities')} replayed, "
            f"{events:,} events"
        )
        if failed:
            showing.line(f"NOT OK: {what}; {len(failed)} decided otherwise", style="red")
        else:
            showing.line(f"OK: {what}; the installed code decides the same again", style="green")
    if failed:
        raise typer.Exit(FAILED)


async def _replayed(held: Settings, code: str | None) -> list[replay.Replayed]:
    """With the engine that runs, or with that of the home folder started for as long as it takes."""
    if held.temporal_address is not None or whereabouts.running(held.home) is not None:
        return await _replays(held, code)
    if not (held.home / "temporal.sqlite").exists():
        await connect(held)  # says that nothing runs there, and how to start it
    async with house.House(held, showing.aside, worker=False) as here:
        return await _replays(held.model_copy(update={"temporal_address": here.address}), code)


async def _replays(held: Settings, code: str | None) -> list[replay.Replayed]:
    client = await connect(held)
    wanted = None
    if code is not None:
        wanted = [code if "/" in code else f"partnership/{code}"]
    return [one async for one in replay.replay(client, wanted)]
