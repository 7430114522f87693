"""The demonstration: a whole programme with invented people, played on the real engine in about a minute."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import time as clock
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from importlib.resources import as_file, files
from pathlib import Path
from typing import Annotated

import typer

import audit
from client import house, programme, rehearsal, replay, whereabouts
from client.connection import connect
from client.door import Door
from client.reading import SqlLedger, reading
from client.settings import PREFIX, Settings, load
from client.troubles import Trouble
from console import board, indicators, progress, showing
from console.errors import FAILED, misused
from console.options import flag
from console.session import session
from domain.rehearsal import Script, end_of, rehearse_all
from domain.terms import Stage
from domain.values import Refusal

HOME = Path(".tandem-demo")
MARK = "demonstration.json"
"""Lies in the folder of a demonstration and nowhere else: only what has it is ever replaced."""
SEED = 2021
PLAY = 58.0
"""Seconds of real time for all of the programme; the rest of 90 is for starting and checking."""
MEASURED_BY = "C1-01"
MAY_TAKE, MOST_SLOWNESS = 0.13, 4.0
"""Seconds for a partnership without an engine on a machine that is just fast enough for PLAY.

Found by playing the whole programme where it took 0.33 s: in 58 seconds half of all answers came after 1.5 s and most
people missed their dates; in three times that half came within 0.75 s, and they kept them.
"""
SETTING_UP = 3.0
"""Seconds in which programme time stands still on the first day, while everything is founded."""
PATIENCE_FOR_LETTERS, MOST_PATIENCE_FOR_LETTERS = 15.0, 60.0
PATIENCE_ON_CLUSTER = 180.0
"""Workers there may be killed meanwhile, and what they had claimed waits two minutes until another one takes it."""
_HELD_ON_TO = ("TANDEM_LOG_FORMAT", "TANDEM_LOG_LEVEL")
BANNER = (
    "DEMONSTRATION. Places and published dates are real; every person, decision and answer is invented. "
    "This is no record of what anybody did."
)


@dataclass
class Check:
    """Something that must hold after the play, and how it went."""

    name: str
    told: str = ""
    problems: list[str] = field(default_factory=list)


def demo(
    ctx: typer.Context,
    home: Annotated[
        Path | None,
        typer.Option(
            "--home",
            metavar="DIR",
            help="Its folder; a former demonstration in it is replaced.",
            show_default=str(HOME),
        ),
    ] = None,
    seed: Annotated[
        int, typer.Option("--seed", metavar="N", help="Another number is another course of events.")
    ] = SEED,
    seconds: Annotated[
        float | None,
        typer.Option(
            "--seconds",
            metavar="N",
            min=20,
            max=3600,
            help="How long the three years take; without it a minute, and longer where the machine is slow.",
        ),
    ] = None,
    keep: Annotated[
        bool,
        flag("--keep", "Let it run on until Ctrl-C, to look into the engine."),
    ] = False,
    elsewhere: Annotated[
        bool,
        flag(
            "--on-cluster",
            "Play on the engine and the ledger that the settings name, with the workers that run there. "
            "Only an empty ledger is played on, and it stays a demonstration's for good.",
        ),
    ] = False,
) -> None:
    """Play a whole programme of twenty partnerships on the real engine, check the record, and show the board."""
    if elsewhere:
        if home is not None or keep:
            raise misused("--on-cluster starts nothing of its own, so it goes with neither --home nor --keep")
        settings = _on_cluster(session(ctx).settings())
    else:
        folder = home or session(ctx).home or HOME
        settings = _settings(folder)
        _fresh(folder, seed)
    showing.line(BANNER, style="bold yellow")
    showing.line()
    begun = clock.monotonic()
    with _files() as (facts, script):
        took = seconds if seconds is not None else PLAY * _slowness(facts, script, seed)
        checks = asyncio.run(_demonstrated(settings, facts, script, seed, took, keep=keep, begun=begun))
    if any(check.problems for check in checks):
        raise typer.Exit(FAILED)


def _settings(folder: Path) -> Settings:
    """Settings of a demonstration: nothing of the environment's engine, database or mail server is touched."""
    for name in [name for name in os.environ if name.startswith(PREFIX) and name not in _HELD_ON_TO]:
        del os.environ[name]
    return load(home=folder)


def _on_cluster(settings: Settings) -> Settings:
    """These settings, where they name a cluster with an empty ledger: a real record is never played on."""
    if settings.temporal_address is None:
        raise Refusal("no cluster is named; set TANDEM_TEMPORAL_ADDRESS, or leave out --on-cluster")
    with reading(settings) as ledger:
        if ledger.entities() or ledger.people():
            raise Refusal(
                "the ledger of these settings is not empty, and a demonstration does not mix with a record; "
                "give it an empty database with TANDEM_DATABASE_URL"
            )
    return settings


def _fresh(folder: Path, seed: int) -> None:
    """An empty folder with the mark of a demonstration; what lay there goes only where that mark is."""
    if whereabouts.running(folder) is not None:
        raise Refusal(f"a demonstration is running in {folder}; stop it first")
    if folder.exists() and not folder.is_dir():
        raise Refusal(f"{folder} is a file; a demonstration needs a folder")
    if folder.is_dir() and any(folder.iterdir()):
        if not (folder / MARK).is_file():
            raise Refusal(
                f"{folder} is not empty and holds no demonstration, so nothing in it is replaced; "
                "choose another folder with --home"
            )
        shutil.rmtree(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        made = {"demonstration": True, "seed": seed, "note": BANNER}
        (folder / MARK).write_text(json.dumps(made, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise Trouble(f"cannot keep data in {folder}: {error.strerror}") from None


@contextmanager
def _files() -> Iterator[tuple[programme.Programme, Script]]:
    """The programme, its invented people and the course of events, as they came with the product."""
    found = files("programmes")
    with (
        as_file(found / "iurc-china.yaml") as facts,
        as_file(found / "demonstration-people.yaml") as people,
        as_file(found / "demonstration-script.yaml") as script,
    ):
        course = programme.read_script(script)
        yield programme.as_scripted(programme.read(facts, people), course), course


def _slowness(facts: programme.Programme, script: Script, seed: int) -> float:
    """How many times as long this machine needs as it may, by what one partnership takes without any engine.

    People who come too late for their deadlines would show a programme that fails, where only the machine is slow.
    """
    starts = datetime.combine(facts.facts.starts, time(8), UTC)
    ids = {person.key: f"p-{place:026d}" for place, person in enumerate(facts.people)}
    alone = script.model_copy(update={"tours": (), "clusters": (), "pilots": ()})
    hands = programme.stagehands(facts, alone, ids, starts, seed)
    one = [event for event in programme.foundings(facts, ids, starts) if event.code == MEASURED_BY]
    seconds = []
    for _ in range(3):
        begun = clock.perf_counter()
        rehearse_all(one, hands, end_of(facts.facts.ends))
        seconds.append(clock.perf_counter() - begun)
    slowness = min(max(min(seconds) / MAY_TAKE, 1.0), MOST_SLOWNESS)
    if slowness > 1:
        showing.aside(f"this machine is slow or busy: the years take {slowness:.1f} times as long as usual")
    return slowness


async def _demonstrated(
    settings: Settings,
    facts: programme.Programme,
    script: Script,
    seed: int,
    seconds: float,
    *,
    keep: bool,
    begun: float,
) -> list[Check]:
    if settings.temporal_address is not None:
        showing.aside(f"playing on the cluster at {settings.temporal_address} …")
        return await _shown(settings, facts, script, seed, seconds, begun)
    showing.aside(f"starting engine and worker in {settings.home} …")
    async with house.House(settings, showing.aside) as here:
        checks = await _shown(settings, facts, script, seed, seconds, begun)
        if keep:
            showing.line()
            showing.line(f"Still running: {here.web} is the engine's own web page. Ctrl-C stops it.")
            await _until_told()
    return checks


async def _shown(
    settings: Settings,
    facts: programme.Programme,
    script: Script,
    seed: int,
    seconds: float,
    begun: float,
) -> list[Check]:
    """Play the programme where engine and workers run, then show the board and what was checked."""
    with reading(settings) as ledger:
        played = await _played(settings, ledger, facts, script, seed, seconds)
        showing.line()
        lines = await asyncio.to_thread(board.lines_of, ledger)
        board.show(lines)
        showing.line()
        indicators.results(ledger)
        showing.line()
        checks = [played, *await _checked(settings, ledger)]
        _told(checks, clock.monotonic() - begun)
        _where_next(settings, lines, len(ledger.attempts(limit=1)))
    return checks


async def _until_told() -> None:
    """Until Ctrl-C, which ends the demonstration as it should."""
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        showing.aside("stopping …")


async def _played(
    settings: Settings,
    ledger: SqlLedger,
    facts: programme.Programme,
    script: Script,
    seed: int,
    seconds: float,
) -> Check:
    """Load the programme and play it to its end."""
    client = await connect(settings, identity="demonstration")
    starts = datetime.combine(facts.facts.starts, time(8), UTC)
    until = end_of(script.extended_to or facts.facts.ends) + timedelta(days=7)
    curtain = datetime.now(UTC) + timedelta(seconds=SETTING_UP)
    clockwork = rehearsal.demo_clockwork(curtain, starts, until, seconds)
    door = Door(client, ledger, clockwork, patience=float(settings.patience))
    loaded = await programme.load(facts, door, ledger, clockwork, starts)
    people = programme.ids_by_key(ledger)
    hands = programme.stagehands(facts, script, people, starts, seed)
    showing.line(
        f"Programme {facts.code}: {len(loaded.founded)} partnerships founded, "
        f"{len(loaded.people_new)} invented people; a second is {clockwork.speed / 86400:.0f} days"
    )
    codes = [one.code for one in facts.partnerships]
    with progress.shown(
        starts, until, clockwork, ledger, {one.id: one.name for one in ledger.people().values()}
    ) as told:
        governing = f"programme/{facts.code}"
        played = await rehearsal.rehearse(
            door, ledger, clockwork, hands, codes, until, told.happened, governing
        )
        await _letters_out(
            ledger,
            min(max(PATIENCE_FOR_LETTERS, seconds / 3), MOST_PATIENCE_FOR_LETTERS)
            if settings.temporal_address is None
            else PATIENCE_ON_CLUSTER,
        )
        await told.close()
    check = Check("play")
    check.told = (
        f"{played.requests} requests, half answered within {played.slowest(0.5) * 1000:.0f} ms and 99 of 100 within "
        f"{played.slowest(0.99) * 1000:.0f} ms; {played.mistakes} mistakes made on purpose and refused"
    )
    # a busy machine lets people come too late, as in life: a refusal is an answer, and no fault of the record
    if played.refusals:
        check.told += f"; {showing.counted(len(played.refusals), 'request')} too late and refused"
    open_ones = [code for code in codes if code not in played.states or not played.states[code].ended]
    if open_ones:
        check.problems.append(f"not ended: {', '.join(open_ones)}")
    return check


async def _letters_out(ledger: SqlLedger, patience: float) -> None:
    """Wait until no letter waits any more, for a while."""
    until = clock.monotonic() + patience
    while clock.monotonic() < until:
        told = await asyncio.to_thread(ledger.board)
        if not told.letters_waiting:
            return
        await asyncio.sleep(0.25)


async def _checked(settings: Settings, ledger: SqlLedger) -> list[Check]:
    """Letters gone, the ledger sound, records as the entries say, and every history replayed."""
    letters = Check("letters")
    told = await asyncio.to_thread(ledger.board)
    letters.told = f"{sum(told.letters_sent.values()):,} sent, {told.reminders_sent} of them reminders"
    if told.letters_waiting:
        letters.problems.append(f"{told.letters_waiting} letters still wait")
    sound = Check("ledger")
    report = await asyncio.to_thread(audit.verify, ledger)
    sound.told = f"{report.entries:,} entries, every one as it was written"
    sound.problems += report.problems
    records = Check("records")
    report = await asyncio.to_thread(audit.rebuild, ledger, True)
    records.told = f"{report.entities} entities folded afresh, every row as it should be"
    records.problems += report.problems
    histories = Check("replay")
    client = await connect(settings)
    runs = [one async for one in replay.replay(client)]
    events = sum(one.events for one in runs)
    histories.told = f"{len(runs)} runs with {events:,} events, decided the same again"
    histories.problems += [f"{one.entity}, run {one.run}: {one.trouble}" for one in runs if one.trouble]
    return [letters, sound, records, histories]


def _told(checks: list[Check], seconds: float) -> None:
    for check in checks:
        if not check.problems:
            showing.line(f"OK      {check.name:<8} {check.told}", style="green")
            continue
        showing.line(
            f"NOT OK  {check.name:<8} {showing.counted(len(check.problems), 'problem')}", style="red"
        )
        for problem in check.problems[:8]:
            showing.line(f"        - {problem}")
    showing.line(f"        {seconds:.0f} seconds in all")


def _where_next(settings: Settings, lines: list[board.Line], attempts: int) -> None:
    embedded = settings.temporal_address is None
    tandem = f"tandem --home {settings.home}" if embedded else "tandem"
    showing.line()
    showing.heading("Where to look next")
    showing.facts(
        [
            (f"{tandem} history C2-01", "a partnership's life, as people tell it"),
            (f"{tandem} history C1-06 --letters", "the same with every letter"),
            (f"{tandem} deadline {_telling_receipt(lines)}", "how a deadline came about, day by day"),
            (f"{tandem} mailbox", "the letters themselves, in English and Chinese" if embedded else None),
            (f"{tandem} attempts", "what was tried and refused" if attempts else None),
            (f"{tandem} board", "this board again; every reading command has --json"),
        ]
    )


def _telling_receipt(lines: list[board.Line]) -> str:
    """A deadline worth looking at: one that was stopped by a question, else one of the action plan, else any."""
    gates = [(one.record.code, gate) for one in lines for gate in one.state.gates]
    gates.sort(key=lambda found: (not found[1].clock.spans, found[1].stage is not Stage.ACTION_PLAN))
    return next((f"{code}/{gate.clock.id}" for code, gate in gates), "RECEIPT-ID")
