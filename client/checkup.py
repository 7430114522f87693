"""Whether everything that must hold for the product to do its work does hold, and what to do where it does not."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError

from activities.correspondence import QUEUE as LETTERS_QUEUE
from client import levels, recovery, whereabouts
from client.asking import clockwork_of
from client.connection import (
    RETENTION,
    RPC,
    TASK_QUEUE,
    connect,
    lacking_search_attributes,
    pollers,
)
from client.pulse import age, failing
from client.reading import reading
from client.settings import Settings, unknown
from client.troubles import Trouble
from domain.values import Refusal, Value
from ledger.migrating import is_current
from ledger.rows import LetterStatus
from ledger.store import SqlLedger

LATE = timedelta(minutes=15)
"""A letter that waits longer than this, in real time, is in trouble; mail servers that greylist take up to ten."""
SKEW = timedelta(seconds=5)
"""So far clocks may be apart."""
SCARCE, FULL = 2**30, 100 * 2**20
"""Bytes left on the disk of the home folder below which it is told, and below which it is wrong."""


class Grade(StrEnum):
    OK = "ok"
    NOTICE = "notice"
    """Nothing stands still, and a person should look."""
    WRONG = "wrong"


class Finding(Value):
    """One thing that was looked at: what was seen, and the remedy where there is something to do."""

    check: str
    grade: Grade
    seen: str
    remedy: str = ""


def _ok(check: str, seen: str) -> Finding:
    return Finding(check=check, grade=Grade.OK, seen=seen)


def _wrong(check: str, seen: str, remedy: str) -> Finding:
    return Finding(check=check, grade=Grade.WRONG, seen=seen, remedy=remedy)


def _notice(check: str, seen: str, remedy: str) -> Finding:
    return Finding(check=check, grade=Grade.NOTICE, seen=seen, remedy=remedy)


async def checkup(settings: Settings) -> tuple[Finding, ...]:
    """Look at everything; what cannot be looked at, because something before it is wrong, is left out."""
    found = [*_surroundings(settings)]
    ledger_stands = await asyncio.to_thread(_ledger_stands, settings, found)
    client = await _engine(settings, found)
    if client is not None:
        found += await _told(
            ("retention", _retention),
            ("search attributes", _search_attributes),
            ("workers", _workers),
            ("failing tasks", _failing),
            ("engine clock", _engine_clock),
            client=client,
        )
    if ledger_stands:
        with reading(settings) as ledger:
            found += await asyncio.to_thread(_letters, ledger)
            found.append(await asyncio.to_thread(_ledger_clock, ledger))
            if client is not None:
                found.append(await _level(client, ledger))
    return tuple(found)


async def _told(*checks: tuple[str, Callable[[Client], Awaitable[Finding]]], client: Client) -> list[Finding]:
    found = []
    for name, check in checks:
        try:
            found.append(await check(client))
        except RPCError as error:
            remedy = "see that the engine is well and lets us ask; then run this again"
            found.append(_notice(name, f"the engine does not tell ({error.message})", remedy))
    return found


# Around us


def _surroundings(settings: Settings) -> Iterable[Finding]:
    odd = [name for name in unknown() if name != "TANDEM_AS"]
    if odd:
        yield _notice("settings", f"no settings of these names: {', '.join(odd)}", "correct or unset them")
    else:
        yield _ok("settings", "every TANDEM_ variable is known")
    if settings.temporal_address and settings.database_url and settings.smtp_host:
        return  # nothing is kept in the home folder: engine, ledger and mail look after their own disks
    home = settings.home.absolute()
    if home.exists() and not os.access(home, os.W_OK):
        yield _wrong("disk", f"{settings.home} cannot be written to", "give this user the folder")
        return
    left = shutil.disk_usage(_existing(home)).free
    told = f"{left / 2**30:.1f} GB left where {settings.home} is"
    if left < FULL:
        yield _wrong("disk", told, "make room; nothing is recorded or answered once it is full")
    elif left < SCARCE:
        yield _notice("disk", told, "make room before it is full")
    else:
        yield _ok("disk", told)


def _existing(path: Path) -> Path:
    return path if path.exists() else _existing(path.parent)


# The ledger


def _ledger_stands(settings: Settings, found: list[Finding]) -> bool:
    """Whether the ledger can be asked; what is wrong with it otherwise is among the findings."""
    where = (
        "the database of TANDEM_DATABASE_URL" if settings.database_url else f"{settings.home}/ledger.sqlite"
    )
    try:
        with reading(settings) as ledger, ledger.evidence() as evidence:
            size = ledger.checkpoint().size
            lacking = evidence.lacking_triggers()
    except Trouble as trouble:
        found.append(_wrong("ledger", trouble.sentence, f"see that {where} is there and can be reached"))
        return False
    found.append(_ok("ledger", f"{where} answers; {size:,} entries"))
    if not is_current(settings.database):
        found.append(
            _wrong("tables", "the tables are not those of this version", "`tandem prepare` (or `tandem up`)")
        )
        return False
    found.append(_ok("tables", "those of this version"))
    if lacking:
        found.append(
            _wrong(
                "guards",
                f"missing, switched off or changed: {', '.join(lacking)}",
                "find out who did it; verify the ledger against a checkpoint from a letter before anything else",
            )
        )
    else:
        found.append(_ok("guards", "the database refuses changes to entries"))
    return True


def _letters(ledger: SqlLedger) -> Iterable[Finding]:
    counts = ledger.tally().letters
    held, doubtful = counts.get(LetterStatus.HELD, 0), counts.get(LetterStatus.DOUBTFUL, 0)
    if held or doubtful:
        yield _notice(
            "letters held",
            f"{held} held, {doubtful} in doubt",
            "`tandem letters list`, then `tandem letters release` (with --doubtful for those in doubt)",
        )
    refused = counts.get(LetterStatus.REFUSED, 0)
    if refused:
        yield _notice(
            "letters refused",
            f"{refused} will never reach anybody",
            "`tandem letters list --status refused`; correct the addresses and tell those concerned",
        )
    failed = ledger.letters(status=LetterStatus.FAILED)
    late = [
        one
        for one in ledger.letters(status=LetterStatus.PLANNED)
        if age(ledger, one.letter.entity, one.letter.at) > LATE
    ]
    if failed:
        yield _wrong(
            "letters",
            f"{len(failed)} not taken by the mail server yet ({failed[0].last_error or 'no reason told'})",
            "see to the mail server; they go out by themselves as soon as it takes them",
        )
    elif late:
        yield _wrong(
            "letters",
            f"{len(late)} wait for more than {LATE.seconds // 60} minutes and nobody carries them",
            "see that a worker runs, then `tandem letters release`",
        )
    else:
        yield _ok("letters", f"{counts.get(LetterStatus.SENT, 0):,} sent, none late")


def _ledger_clock(ledger: SqlLedger) -> Finding:
    """Nothing may have been written down later than now: entries are ordered by number, people read the times."""
    newest = datetime.min.replace(tzinfo=UTC)
    for record in ledger.partnerships():
        last = ledger.last_number(record.entity)
        clockwork = clockwork_of(ledger, record.programme)
        for filed in ledger.history(record.entity, since=last - 1):
            newest = max(newest, clockwork.wall(filed.entry.recorded_at))
    ahead = newest - datetime.now(UTC)
    if ahead > SKEW:
        return _wrong(
            "clock",
            f"the newest entry was written down {ahead.total_seconds():.0f} s in the future of this machine's clock",
            "set the clocks of all machines by a time server; entries keep their order whatever the clocks say",
        )
    theirs = ledger.clock()
    apart = abs(theirs - datetime.now(UTC))
    if apart > SKEW:
        return _wrong(
            "clock",
            f"the database's clock and this machine's are {apart.total_seconds():.0f} s apart",
            "set the clocks of all machines by a time server",
        )
    return _ok("clock", "this machine, the database and the newest entry agree")


# The engine


async def _engine(settings: Settings, found: list[Finding]) -> Client | None:
    try:
        client = await connect(settings)
    except Trouble as trouble:
        runs = settings.temporal_address is not None or whereabouts.running(settings.home) is not None
        remedy = "see that it is up and can be reached" if runs else "`tandem up`"
        found.append(_wrong("engine", trouble.sentence, remedy))
        return None
    found.append(
        _ok("engine", f"{client.service_client.config.target_host} answers, namespace {client.namespace}")
    )
    return client


async def _retention(client: Client) -> Finding:
    known = await client.workflow_service.describe_namespace(
        DescribeNamespaceRequest(namespace=client.namespace), timeout=RPC
    )
    days = known.config.workflow_execution_retention_ttl.ToTimedelta().days
    if days < RETENTION.days:
        return _wrong(
            "retention",
            f"the engine keeps finished runs for {days} days, and every chapter of a partnership is one",
            f"`tandem prepare` raises it to {RETENTION.days}; runs that ended before keep their shorter time",
        )
    return _ok("retention", f"finished runs are kept for {days:,} days")


async def _search_attributes(client: Client) -> Finding:
    lacking = await lacking_search_attributes(client)
    if lacking:
        return _wrong("search attributes", f"missing: {', '.join(lacking)}", "`tandem prepare`")
    return _ok("search attributes", "all there")


async def _workers(client: Client) -> Finding:
    """A worker asks for a minute at a time, so one that has not asked for two is gone."""
    since = datetime.now(UTC) - timedelta(minutes=2)
    lacking = []
    names: set[str] = set()
    for queue, activities in ((TASK_QUEUE, False), (TASK_QUEUE, True), (LETTERS_QUEUE, True)):
        seen = {name for name, at in await pollers(client, queue, activities=activities) if at > since}
        names |= seen
        if not seen:
            lacking.append(f"{queue} ({'steps' if activities else 'decisions'})")
    if lacking:
        return _wrong(
            "workers",
            f"nobody works on {', '.join(lacking)}",
            "start `tandem worker` (or `tandem up`); read its log",
        )
    return _ok("workers", f"at work: {', '.join(sorted(names))}")


async def _failing(client: Client) -> Finding:
    """Entities whose tasks fail again and again wait for a fix; those somebody stopped wait for a recovery."""
    found = await failing(client)
    if found:
        return _wrong(
            "failing tasks",
            f"{len(found)} stand still: {', '.join(found[:5])}{' …' if len(found) > 5 else ''}",
            "the worker's log says why; nothing is lost, they go on once a mended version runs",
        )
    return _ok("failing tasks", "none")


async def _engine_clock(client: Client) -> Finding:
    """The engine notes when a worker asked, by its own clock; that cannot be later than now."""
    newest = [at for _, at in await pollers(client, TASK_QUEUE, activities=False)]
    ahead = max(newest, default=datetime.min.replace(tzinfo=UTC)) - datetime.now(UTC)
    if ahead > SKEW:
        return _wrong(
            "engine clock",
            f"the engine's clock is {ahead.total_seconds():.0f} s ahead of this machine's",
            "set the clocks of all machines by a time server; timers go by the engine's",
        )
    return _ok("engine clock", "the engine's is not ahead of this machine's")


async def _level(client: Client, ledger: SqlLedger) -> Finding:
    try:
        found = await levels.levels(client, ledger)
    except (Trouble, Refusal) as trouble:
        return _notice("level", trouble.sentence, "see to the engine, then run this again")
    wanting = recovery.wanting(found)
    if wanting:
        told = ", ".join(f"{one.entity} ({one.standing.value})" for one in wanting[:5])
        return _wrong(
            "level",
            f"{len(wanting)} of {len(found)} entities: {told}{' …' if len(wanting) > 5 else ''}",
            "`tandem recover --dry-run` shows what would be done; stop the workers, then `tandem recover`",
        )
    return _ok("level", f"ledger and engine know the same of all {len(found)} entities")
