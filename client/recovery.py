"""Bringing ledger and engine level after one of them was lost or put back from an older copy."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime

from pydantic import Field
from temporalio.client import Client
from temporalio.service import RPCError

from client import witness
from client.asking import clock_of, clockwork_of
from client.connection import RPC, raise_retention, register_search_attributes
from client.levels import Level, Standing
from client.starting import start
from client.troubles import Trouble
from client.witness import Story, Written
from domain.entries import Entry
from domain.events import AnyEvent
from domain.values import Value
from ledger.chain import Checkpoint
from ledger.rows import Recovery
from ledger.store import SqlLedger
from workflows.chapter import CHAPTER_ENDS, REMEMBERED, Seen
from workflows.kinds import begun

__all__ = ["Outcome", "Recovery", "recover", "wanting"]

_TEXT = re.compile(r'"(sha256:[0-9a-f]{64})"')

Lookup = Callable[[str], tuple[str, datetime] | None]
"""Told a letter's key: its Message-ID and since when it lies in the mailbox; None where it does not."""


class Outcome(Value):
    """What a recovery came to. `left` says why an entity could not be brought level."""

    recovery: Recovery
    left: dict[str, str] = Field(default_factory=dict)


def wanting(levels: Iterable[Level]) -> tuple[Level, ...]:
    """Those that are not level."""
    return tuple(one for one in levels if one.standing is not Standing.LEVEL)


async def recover(
    client: Client,
    ledger: SqlLedger,
    found: Sequence[Level],
    lookup: Lookup | None = None,
    say: Callable[[str], None] = lambda _: None,
    *,
    older: bool = False,
) -> Outcome:
    """Bring all entities level, as `levels` found them; no worker should be at work meanwhile.

    Entries the ledger lacks are taken out of the engine's histories; entities the engine lacks live on in it from
    what is on record. Letters are held until a person releases them; those that are known to have ended are not
    sent again, and those nobody knows of are in doubt. `lookup` looks into the mailbox, where there is one; `older`
    says that the ledger is a copy from before, even where that does not show. It stands in the log afterwards.
    Doing it twice, or again after it broke off, does no harm.
    """
    try:  # an engine that lost its database knows nothing of us any more
        await register_search_attributes(client)
        await raise_retention(client)
    except RPCError as error:
        raise Trouble(
            f"the engine's namespace cannot be prepared ({error.message}); nothing was changed"
        ) from error
    before = (await asyncio.to_thread(ledger.checkpoint)).size
    held = await asyncio.to_thread(ledger.hold_letters)
    say(f"{held} waiting letters are held")
    left: dict[str, str] = {}
    try:
        stories = await _stories(client, ledger, found, left)
        lacking = [one.entity for one in found if one.standing is Standing.LEDGER_OLDER]
        harvest = await asyncio.to_thread(_harvest, ledger, {name: stories[name] for name in lacking}, left)
        if lacking:
            say(f"{harvest.harvested} entries came back out of the engine's histories")
        letters = await asyncio.to_thread(_letters, ledger, stories, older or bool(lacking), lookup)
        restarted = await _restarted(client, ledger, found, left, say)
    except RPCError as error:
        raise Trouble(
            f"the engine broke off in the middle ({error.message}); nothing is lost, run it again"
        ) from error
    recovery = harvest.model_copy(
        update={
            "at": datetime.now(UTC),
            "before": before,
            "restarted": restarted,
            "letters_held": len(await asyncio.to_thread(ledger.unended)) - letters.doubtful,
            "letters_past": letters.past,
            "letters_doubtful": letters.doubtful,
            "people_missing": await asyncio.to_thread(_strangers, ledger),
        }
    )
    await asyncio.to_thread(ledger.recovered, recovery)
    return Outcome(recovery=recovery, left=left)


async def _stories(
    client: Client, ledger: SqlLedger, found: Sequence[Level], left: dict[str, str]
) -> dict[str, Story]:
    """What the engine recorded of every entity that lacks entries or has letters whose end is not known."""
    open_letters = {entity for entity, _ in await asyncio.to_thread(ledger.unended)}
    known = {}
    for one in found:
        if one.standing is Standing.APART:
            left[one.entity] = (
                f"ledger and engine hold different entries up to number {one.engine}; keep copies of both, and "
                "decide by the checkpoints in the letters which is the true one"
            )
        elif one.standing is Standing.LEDGER_OLDER or (one.entity in open_letters and one.engine):
            known[one.entity] = await witness.story(client, one.entity)
    return known


def _harvest(ledger: SqlLedger, stories: dict[str, Story], left: dict[str, str]) -> Recovery:
    """Put on record what the engine has seen on record, in the order in which it was; letters of it are held."""
    lacking: list[Written] = []
    for entity, story in stories.items():
        last = ledger.last_number(entity)
        lacking += (one for one in story.written if one.entries[-1].number > last)
    lacking.sort(key=lambda one: one.recorded.size)
    harvested = exact = 0
    lost: Checkpoint | None = None
    hashes: set[str] = set()
    for one in lacking:
        entity = one.entries[0].entity
        if entity in left:
            continue
        at = ledger.checkpoint().size
        try:
            answer = ledger.record(one.entries, code=one.recorded.code or None, held=True)
        except ValueError as mismatch:
            left[entity] = f"the engine's entries do not follow those on record: {mismatch}"
            continue
        fresh = answer.size - at
        harvested += fresh
        hashes.update(hash_ for entry in one.entries for hash_ in _TEXT.findall(entry.model_dump_json()))
        if answer.head == one.recorded.head:
            exact += fresh
        elif one.recorded.head:
            lost = Checkpoint(size=one.recorded.size, head=one.recorded.head)
    kept = ledger.texts(hashes)
    return Recovery(
        at=datetime.now(UTC),
        before=0,
        harvested=harvested,
        exact=exact,
        texts_missing=len(hashes - kept.keys()),
        lost=lost,
    )


class _Letters(Value):
    past: int = 0
    doubtful: int = 0


def _letters(ledger: SqlLedger, stories: dict[str, Story], older: bool, lookup: Lookup | None) -> _Letters:
    """Find out which of the held letters have ended already, by the mailbox and by the engine's histories."""
    past = 0
    if lookup is not None:
        for entity, key in ledger.unended():
            lies = lookup(key)
            if lies is not None:
                ledger.mark_sent(key, lies[0], clock_of(ledger, entity).at(lies[1]))
                past += 1
    for entity, story in stories.items():
        past += ledger.let_rest(entity, story.posted)
    if lookup is not None or not (older or past):
        return _Letters(past=past)
    waiting = {entity for entity, _ in ledger.unended()}
    return _Letters(past=past, doubtful=sum(ledger.doubt(entity) for entity in sorted(waiting)))


def _strangers(ledger: SqlLedger) -> int:
    """How many of those whom held letters are for are not on file, and were not erased either."""
    readers = {filed.letter.recipient for filed in ledger.letters() if not filed.status.ended}
    return len(readers - ledger.people(readers).keys() - ledger.erased())


async def _restarted(
    client: Client,
    ledger: SqlLedger,
    found: Sequence[Level],
    left: dict[str, str],
    say: Callable[[str], None],
) -> int:
    """Have entities live on in the engine from what is on record; how many these are."""
    restarted = 0
    for one in found:
        wanted = one.standing in (Standing.ENGINE_OLDER, Standing.ENGINE_LOST) or one.stopped
        if not wanted or one.entity in left:
            continue
        entries = await asyncio.to_thread(ledger.entries, one.entity)
        state = await asyncio.to_thread(ledger.state, one.entity)
        if state is None:
            continue
        if state.ended:
            if not one.stopped:  # an older engine has it live on
                reason = "ended on record; the engine's copy is older (tandem recover)"
                await client.get_workflow_handle(one.entity).terminate(reason, rpc_timeout=RPC)
            continue
        programme = await asyncio.to_thread(clockwork_of, ledger, state.programme)
        chapter = begun(
            one.entity,
            clockwork=programme,
            number=entries[-1].number,
            chapter=1 + _chapters(entry.event for entry in entries),
            seen=_seen(entries),
            state=state,
        )
        await start(client, state, chapter, number=entries[-1].number, anew=True)
        restarted += 1
    if restarted:
        say(f"{restarted} entities live on in the engine from what is on record")
    return restarted


def _chapters(events: Iterable[AnyEvent]) -> int:
    return sum(event.kind in CHAPTER_ENDS for event in events)


def _seen(entries: Iterable[Entry]) -> tuple[Seen, ...]:
    """The latest commands, so that one that is asked again is known again."""
    seen: dict[str, Seen] = {}
    for entry in entries:
        if entry.request is not None:
            first = seen[entry.request].first if entry.request in seen else entry.number
            seen[entry.request] = Seen(id=entry.request, first=first, last=entry.number)
    return tuple(seen.values())[-REMEMBERED:]
