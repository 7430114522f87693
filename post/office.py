"""The post office: letters that wait are checked again, put into words and sent, each of them once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Any

import structlog

from activities.ports import Delivered
from domain.letters import Letter
from post.messages import enveloped, message_id
from post.ports import AddressRefused, Carrier, Envelope, Letterbook, PostTrouble
from post.rendering import Sender, people_in, rendered
from post.sanitising import usable_address, without_addresses

_PAGE = 50
_RENEWAL = 5.0
"""Seconds after which a claim is renewed; several times within the ledger's lease."""
_PAUSE, _LONGEST_PAUSE = 0.1, 5.0
"""Seconds between two tries to note that a letter went out."""

log = structlog.get_logger()


class _End(StrEnum):
    SENT = "sent"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    FAILED = "failed"
    STOPPED = "stopped"
    """Failed, and the others would fail too."""
    TAKEN = "taken"
    """In another run's hands, or not waiting any more."""


class PostOffice:
    """Sends what waits in a letterbook through a carrier; the `Post` of the activities.

    A letter is claimed, sent, and marked as sent. Who dies between the last two leaves it claimed, and nobody
    can know whether it went out (RFC 1047): it is sent again with the same Message-ID and the same words,
    which mail clients fold into one. That goes for every kind: a request or a reminder read twice does no
    harm, one never read may cost a deadline. Who lives goes on until it is noted, however long the book is away.

    `domain` is the right half of the Message-IDs. `clock` gives the time a letter is marked as sent at; without
    it that is the time `deliver` was called with.
    """

    def __init__(
        self,
        letterbook: Letterbook,
        carrier: Carrier,
        sender: Sender,
        domain: str,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        usable_address(sender.address)  # a wrong setting is told at the start, not letter by letter
        self._book = letterbook
        self._carrier = carrier
        self._sender = sender
        self._domain = domain
        self._clock = clock

    async def deliver(self, entity: str, at: datetime) -> Delivered:
        """Send what waits for this entity, oldest first.

        Where the carrier itself is in trouble the rest is left waiting; where only one reader's mailbox is,
        that reader's letters wait and the others go out. `waiting` above zero asks to be called again.
        """
        counts = dict.fromkeys(_End, 0)
        stuck: set[str] = set()  # tried in this run, and waiting still
        unreachable: set[str] = set()
        while not counts[_End.STOPPED]:
            page = await asyncio.to_thread(self._book.letters_waiting, entity, _PAGE + len(stuck))
            fresh = [letter for letter in page if letter.key not in stuck]
            if not fresh:
                break
            outdated = _outdated(fresh)
            for letter in fresh:
                if letter.recipient in unreachable:
                    stuck.add(letter.key)  # a later letter does not overtake an earlier one
                    continue
                end = await self._one(letter, letter.key in outdated, at)
                counts[end] += 1
                if end not in (_End.SENT, _End.REFUSED, _End.WITHDRAWN):
                    stuck.add(letter.key)
                if end is _End.FAILED:
                    unreachable.add(letter.recipient)
                if end is _End.STOPPED:
                    break
        waiting = await asyncio.to_thread(self._book.waiting, entity)
        return Delivered(
            sent=counts[_End.SENT],
            refused=counts[_End.REFUSED],
            withdrawn=counts[_End.WITHDRAWN],
            waiting=waiting,
            # all that this run could have sent it has, so whatever waits is claimed
            elsewhere=0 if counts[_End.FAILED] or counts[_End.STOPPED] else waiting,
        )

    async def _one(self, letter: Letter, outdated: bool, at: datetime) -> _End:
        """One letter to its end, or to its next try."""
        told = log.bind(entity=letter.entity, entry=letter.number, kind=letter.kind)
        try:
            prepared = await asyncio.to_thread(self._prepared, letter, outdated)
            if not isinstance(prepared, Envelope):
                if prepared is _End.WITHDRAWN:
                    told.info(
                        "letter withdrawn", because="a newer reminder waits" if outdated else "all is done"
                    )
                return prepared
            async with self._in_hand(letter.key):
                await self._carrier.carry(prepared)
                sent_at = self._clock() if self._clock is not None else at
                name = message_id(letter.key, self._domain)
                await self._noted(partial(self._book.mark_sent, letter.key, name, sent_at), told)
        except AddressRefused as problem:
            sentence = without_addresses(problem.sentence)
            await asyncio.to_thread(self._book.mark_refused, letter.key, sentence)
            told.warning("letter refused", because=sentence)
            return _End.REFUSED
        except PostTrouble as problem:
            sentence = without_addresses(problem.sentence)
            await asyncio.to_thread(self._book.mark_failed, letter.key, sentence)
            told.warning("letter not taken", because=sentence)
            return _End.STOPPED if problem.everyone else _End.FAILED
        except _Unwritable as bug:
            # one letter nobody can write must not keep the others from going out; it waits for a fix
            await asyncio.to_thread(self._book.mark_failed, letter.key, str(bug))
            told.error("letter could not be written", because=str(bug))
            return _End.FAILED
        told.info("letter sent")
        return _End.SENT

    @asynccontextmanager
    async def _in_hand(self, key: str) -> AsyncIterator[None]:
        """Keep the claim alive while the block runs; only who dies lets it run out."""

        async def renewing() -> None:
            while True:
                await asyncio.sleep(_RENEWAL)
                with suppress(
                    Exception
                ):  # the book is away just now, and so for whoever might take the letter
                    await asyncio.to_thread(self._book.renew, key)

        task = asyncio.create_task(renewing())
        try:
            yield
        finally:
            task.cancel()

    async def _noted(self, note: Callable[[], None], told: Any) -> None:
        """Note that a letter went out, however long the book is away: nobody else knows, and it would go twice."""
        pause = _PAUSE
        while True:
            try:
                await asyncio.to_thread(note)
                return
            except LookupError:
                raise
            except Exception as trouble:
                told.warning("letter sent, and not noted yet", error=type(trouble).__name__)
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    def _prepared(self, letter: Letter, outdated: bool) -> Envelope | _End:
        """A letter claimed, checked again and put into words; or how it ended before that.

        The checks come after the claim, so that nothing can happen to it between them and the sending.
        """
        held = self._book.claim(letter.key, people_in(letter))
        if held is None:
            return _End.TAKEN
        open_tasks = frozenset(held.open_tasks)
        if outdated or (letter.about and open_tasks.isdisjoint(letter.about)):
            self._book.withdraw(letter.key)
            return _End.WITHDRAWN
        if letter.recipient not in held.people:
            raise AddressRefused("no address on file")
        try:
            words = rendered(
                letter, held.people, self._sender, open_tasks=open_tasks, checkpoint=held.checkpoint
            )
            return enveloped(letter, words, held.people, self._sender, self._domain)
        except AddressRefused:
            raise
        except Exception as bug:
            raise _Unwritable(f"{type(bug).__name__} while writing it") from bug


class _Unwritable(Exception):
    """A letter that could not be put into words: a fault of ours; the sentence names no person."""


def _outdated(waiting: list[Letter]) -> set[str]:
    """Reminders that a later reminder to the same person covers: after an outage only the newest speaks."""
    outdated = set()
    for place, letter in enumerate(waiting):
        for later in waiting[place + 1 :]:
            same = (
                later.kind == letter.kind in ("reminder", "signature") and later.recipient == letter.recipient
            )
            if same and letter.about and set(letter.about) <= set(later.about):
                outdated.add(letter.key)
    return outdated
