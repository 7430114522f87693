"""The life every entity leads on the engine: it waits, asks the domain, has the answer recorded, turns the page."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Generic, Protocol, Self, TypeVar

from temporalio import workflow
from temporalio.common import SearchAttributeKey, SearchAttributeUpdate
from temporalio.exceptions import ActivityError, ApplicationError, is_cancelled_exception

from domain.clockwork import Clockwork
from domain.entries import EntityId, Entry, numbered
from domain.errands import Carried, Errand
from domain.events import AnyEvent
from domain.requests import (
    COMMAND_LIMIT,
    DATA_LIMIT,
    LARGE_KINDS,
    AnyRequest,
    Broadcast,
    Command,
    Propose,
)
from domain.values import Actor, Refusal, UtcTime, Value
from workflows import steps

STAGE = SearchAttributeKey.for_keyword("TandemStage")
COMPONENT = SearchAttributeKey.for_keyword("TandemComponent")
CLUSTER = SearchAttributeKey.for_keyword("TandemCluster")
OVERDUE = SearchAttributeKey.for_int("TandemOverdue")
ENTRY = SearchAttributeKey.for_int("TandemEntry")

REQUEST = "request"
"""The one update every kind of entity takes."""
REFUSAL = "Refusal"
"""The type of the error that carries a refusal: its message is the sentence, its detail whether it is grave."""
DRAINING = "Draining"
"""The type of the error that says: not now, the page is being turned; ask again with the same id."""

COMMANDS_A_CHAPTER = 500
REMEMBERED = 500
"""So many of the latest commands are known again by their id when they come a second time."""
BATCH = 100
BATCH_BYTES = 512 * 1024
"""About so many entries, and bytes of them, go on record at once: no payload comes near the engine's limits."""
CHAPTER_BYTES = 512 * 1024
"""After so many bytes of entries a chapter ends."""
ROOM = 1536 * 1024
"""So many bytes an entity may grow to: the engine hands on no more than 2 MB from chapter to chapter."""
FAR_REACHING = (
    "adopt_calendar",
    "adopt_terms",
    "agreement_step",
    "change_end",
    "change_holder",
    "complete_visit",
    "confirm",
    "delegate",
    "join",
    "move_visit",
    "name_people",
    "park",
    "pilot_step",
    "plan_session",
    "propose",
    "replace_member",
    "restrict_travel",
)
"""Kinds of request that bring along what the calendar reckons with from then on."""
CHAPTER_ENDS = ("stage_passed",)
"""Kinds of event after which a chapter ends, so that a run in the engine's list is about one stage."""

_SECOND_TRY = timedelta(seconds=30)
_LEAST = timedelta(milliseconds=1)


class Standing(Protocol):
    """What the life of an entity needs of its tags."""

    @property
    def stage(self) -> str: ...
    @property
    def component(self) -> str: ...
    @property
    def cluster(self) -> str: ...
    @property
    def overdue(self) -> int: ...


class State(Protocol):
    """What every kind of entity can be asked (domain.partnership.Partnership is the first)."""

    @property
    def ended(self) -> bool: ...
    def ask(self, request: AnyRequest, by: Actor, at: datetime) -> tuple[AnyEvent, ...]: ...
    def after(self, events: Iterable[AnyEvent]) -> Self: ...
    def next_due(self) -> datetime | None: ...
    def lapse(self, at: datetime) -> tuple[AnyEvent, ...]: ...
    @property
    def errands(self) -> tuple[Errand, ...]: ...
    def carried(self, errand: str, came: Carried, at: datetime) -> tuple[AnyEvent, ...]: ...
    def tags(self) -> Standing: ...
    def details(self) -> str: ...
    def model_dump_json(self) -> str: ...


S = TypeVar("S", bound=State)


class Seen(Value):
    """A command that was taken, and the entries that came of it (`last` before `first`: none)."""

    id: str
    first: int
    last: int


class Chapter(Value):
    """What one run of a workflow hands on to the next: all but the state itself, which each kind adds.

    `number` is that of the last entry; all entries up to it are on record.
    """

    entity: EntityId
    clockwork: Clockwork = Clockwork()
    number: int = 0
    chapter: int = 1
    seen: tuple[Seen, ...] = ()
    letters_waiting: bool = False


class Answer(Value):
    """The answer to a command, given once its entries `first` to `last` are on record; how things stand now."""

    entity: EntityId
    first: int
    last: int
    stage: str
    overdue: int
    ended: bool
    due: UtcTime | None = None
    """When the calendar speaks up next if nobody else does."""


class Position(Value):
    """How far a workflow has come: entries given, entries on record, the chapter, and letters to be sent."""

    entity: EntityId
    number: int
    recorded: int
    chapter: int
    stage: str
    overdue: int
    ended: bool
    due: UtcTime | None = None
    letters_waiting: bool = False


def _refused(sentence: str, grave: bool = False) -> ApplicationError:
    return ApplicationError(sentence, grave, type=REFUSAL, non_retryable=True)


class Life(Generic[S]):
    """One chapter of an entity's life. `founding` are the events its state was made of just now, if any."""

    def __init__(self, chapter: Chapter, state: S, founding: tuple[AnyEvent, ...] = ()) -> None:
        self.state = state
        self._entity = chapter.entity
        self._clockwork = chapter.clockwork
        self._chapter = chapter.chapter
        self._number = self._recorded = self._begun = chapter.number
        self._seen = {seen.id: seen for seen in chapter.seen}
        self._taken = 0
        self._carried = len(state.model_dump_json())
        self._written = 0
        self._outbox: list[tuple[tuple[Entry, ...], int]] = []
        """What is to go on record, and how many bytes it has."""
        self._letters = chapter.letters_waiting
        self._carrying = False
        self._postman: asyncio.Task[None] | None = None
        self._messenger: asyncio.Task[None] | None = None
        self._stage_passed = False
        self._draining = False
        self._alarm: asyncio.Task[None] | None = None
        self._alarm_due: datetime | None = None
        if founding:
            self._write_down(founding, None)

    # What people ask

    def check(self, command: Command) -> None:
        """Turn a command back before it leaves a trace: the same question to the domain as in `request`."""
        if command.id in self._seen:
            return
        # what the loop has noticed, not what is so by now: a task that brings nothing but a rejected update leaves
        # no trace, so the engine's library does not let the loop wake up on it, and nothing would ever happen
        if self._draining:
            raise ApplicationError(
                f"{self._entity} is turning a page; ask again with the same id",
                type=DRAINING,
                non_retryable=True,
            )
        self._measure(command)
        self._foresee(command, self._ask(command))

    async def request(self, command: Command) -> Answer:
        """Ask the domain, take down what follows, and answer once it is on record; the same id twice is once."""
        seen = self._seen.get(command.id)
        if seen is None:
            seen = self._take(command)
        last = seen.last
        await workflow.wait_condition(lambda: self._recorded >= last)
        tags = self.state.tags()
        return Answer(
            entity=self._entity,
            first=seen.first,
            last=seen.last,
            stage=tags.stage,
            overdue=tags.overdue,
            ended=self.state.ended,
            due=self.state.next_due(),
        )

    def position(self) -> Position:
        tags = self.state.tags()
        return Position(
            entity=self._entity,
            number=self._number,
            recorded=self._recorded,
            chapter=self._chapter,
            stage=tags.stage,
            overdue=tags.overdue,
            ended=self.state.ended,
            due=self.state.next_due(),
            letters_waiting=self._letters_waiting(),
        )

    def _take(self, command: Command) -> Seen:
        events = self._ask(command)
        first = self._number + 1
        self._write_down(events, command.id, self.state.after(events))
        self._taken += 1
        seen = Seen(id=command.id, first=first, last=self._number)
        self._seen[command.id] = seen
        while len(self._seen) > REMEMBERED:
            del self._seen[next(iter(self._seen))]
        return seen

    def _ask(self, command: Command) -> tuple[AnyEvent, ...]:
        try:
            return self.state.ask(command.request, command.by, self._at())
        except Refusal as refusal:
            raise _refused(refusal.sentence, refusal.grave) from refusal

    def _measure(self, command: Command) -> None:
        request = command.request
        large = request.kind in LARGE_KINDS
        if isinstance(request, Propose) and isinstance(request.matter, Broadcast):
            large = request.matter.request.kind in LARGE_KINDS
        limit = DATA_LIMIT if large else COMMAND_LIMIT
        size = len(command.request.model_dump_json().encode())
        if size > limit:
            raise _refused(f"the request has {size:,} bytes and may have {limit:,}")
        # small ones, such as those that end it, fit nearly always
        if size * 4 > ROOM - self._carried - self._written:
            raise _refused(
                f"{self._entity} has grown to {self._carried + self._written:,} bytes, and this request of {size:,} "
                f"bytes is too large for what is left of {ROOM:,}; give the documents by reference"
            )

    def _foresee(self, command: Command, events: tuple[AnyEvent, ...]) -> None:
        """Live on to the end in thought, where a request changes what the calendar reckons with.

        What fails here is turned back with this one request. Taken, it would fail the loop, and stop the entity.
        """
        if command.request.kind not in FAR_REACHING:
            return
        state = self.state.after(events)
        while (due := state.next_due()) is not None:
            told = state.lapse(due)
            if not told:
                raise RuntimeError(
                    f"{self._entity} would be due at {due.isoformat()} and have nothing to say"
                )
            state = state.after(told)
        state.tags(), state.details()

    # The loop

    async def live(self) -> Chapter | None:
        """Live until the entity's end (None) or the chapter's: then what the next one starts with."""
        failed = False
        while True:
            try:
                if failed:
                    failed = False
                    await workflow.sleep(_SECOND_TRY, summary="before another try")
                self._draining = self._draining or self._page_full()
                self._let_the_calendar_speak()
                if self._outbox:
                    await self._record()
                elif self._over():
                    return None
                elif self._page_turns():
                    return self._next()
                else:
                    await self._wait()
            except (asyncio.CancelledError, ActivityError) as error:
                # An entity ends by its own rules. A click on "cancel" in the engine's web page must not end it,
                # nor a step that failed for good where none should.
                if is_cancelled_exception(error):
                    workflow.logger.warning("asked to cancel; goes on, an entity ends by its own rules only")
                else:
                    workflow.logger.error("a step failed for good; it is tried again", exc_info=error)
                    failed = True

    def _let_the_calendar_speak(self) -> None:
        due, at = self.state.next_due(), self._at()
        if due is None or due > at:
            return
        events = self.state.lapse(at)
        if not events:
            raise RuntimeError(f"{self._entity} is due since {due:%Y-%m-%d %H:%M:%S} and has nothing to say")
        self._write_down(events, None, self.state.after(events))

    def _write_down(self, events: tuple[AnyEvent, ...], request: str | None, state: S | None = None) -> None:
        entries = numbered(self._entity, self._number, events, self._at(), request)
        if state is not None:
            self.state = state
        if entries:
            self._number = entries[-1].number
            size = sum(len(entry.model_dump_json()) for entry in entries)
            self._written += size
            self._outbox.append((entries, size))

    async def _record(self) -> None:
        """Put on record what was written down first; whoever asked for it is answered then."""
        many, size = 0, 0
        batch: list[tuple[Entry, ...]] = []
        for entries, length in self._outbox:
            if batch and (many + len(entries) > BATCH or size + length > BATCH_BYTES):
                break
            batch.append(entries)
            many += len(entries)
            size += length
        entries = tuple(entry for group in batch for entry in group)
        stage = self._show()
        self._send_postman()
        recorded = await steps.record(entries, stage)
        del self._outbox[: len(batch)]
        self._recorded = entries[-1].number
        self._letters = self._letters or recorded.letters_waiting
        self._stage_passed = self._stage_passed or any(entry.event.kind in CHAPTER_ENDS for entry in entries)

    async def _wait(self) -> None:
        self._set_alarm(self.state.next_due())
        self._send_postman()
        self._send_messenger()
        alarm = self._alarm
        await workflow.wait_condition(
            lambda: (
                bool(self._outbox)
                or self._over()
                or self._page_turns()
                or (self._page_full() and not self._draining)
                or (alarm is not None and alarm.done())
            )
        )

    def _set_alarm(self, due: datetime | None) -> None:
        """One timer for the next thing due; it goes on ticking while that stays the same."""
        if self._alarm is not None:
            if due == self._alarm_due and not self._alarm.done():
                return
            self._alarm.cancel()
            self._alarm = None
        self._alarm_due = due
        if due is not None:
            delay = max(self._clockwork.wall(due) - workflow.now(), _LEAST)
            summary = f"until {due:%Y-%m-%d %H:%M} UTC"
            self._alarm = asyncio.create_task(workflow.sleep(delay, summary=summary))

    # Letters

    def _send_postman(self) -> None:
        """Have letters sent beside the record, which never waits for them.

        The loop sends the postman, so that he never idles beside those who wait for their answers: else whose step
        comes first would depend on who began to wait first. And that differs where the engine's library puts a task
        without consequences together with the one after it, which it does after an error only (decision 0013).
        """
        if self._letters and not self._draining and not self._carrying:
            self._carrying = True
            self._postman = asyncio.create_task(self._carry_letters())

    async def _carry_letters(self) -> None:
        while self._letters and not self._draining:
            self._letters, self._carrying = False, True
            try:
                await steps.deliver(self._entity, self._clockwork)
            except ActivityError as error:
                workflow.logger.error("letters could not be sent; they are tried again", exc_info=error)
                self._letters = True
                await workflow.sleep(_SECOND_TRY, summary="before another try")
            finally:
                self._carrying = False

    def _letters_waiting(self) -> bool:
        return self._letters or self._carrying

    # Errands

    def _send_messenger(self) -> None:
        """Have others asked on this entity's behalf, beside everything else, once what caused it is on record.

        Sent by the loop, as the postman is.
        """
        if self.state.errands and not self._draining and (self._messenger is None or self._messenger.done()):
            self._messenger = asyncio.create_task(self._run_errands())

    async def _run_errands(self) -> None:
        while self.state.errands and not self._draining:
            errand = self.state.errands[0]
            try:
                came = await steps.carry(self._entity, errand, self._clockwork)
            except ActivityError as error:
                workflow.logger.error("an errand failed; it is tried again", exc_info=error)
                await workflow.sleep(_SECOND_TRY, summary="before another try")
                continue
            told = self.state.carried(errand.id, came, self._at())
            if told:
                self._write_down(told, None, self.state.after(told))

    # The end, of the chapter or of the entity

    def _over(self) -> bool:
        """Ended, on record, everybody answered and written to."""
        return (
            self.state.ended
            and not self._outbox
            and not self.state.errands
            and not self._letters_waiting()
            and workflow.all_handlers_finished()
        )

    def _page_full(self) -> bool:
        info = workflow.info()
        return (
            (self._stage_passed and not self.state.ended)
            or self._taken >= COMMANDS_A_CHAPTER
            or self._written >= CHAPTER_BYTES
            or info.is_continue_as_new_suggested()
            # a run that has done nothing yet was started on the version it should have
            or (self._recorded > self._begun and info.is_target_worker_deployment_version_changed())
        )

    def _page_turns(self) -> bool:
        return self._draining and not self._outbox and workflow.all_handlers_finished()

    def _next(self) -> Chapter:
        return Chapter(
            entity=self._entity,
            clockwork=self._clockwork,
            number=self._number,
            chapter=self._chapter + 1,
            seen=tuple(self._seen.values()),
            letters_waiting=self._letters_waiting(),
        )

    # What the engine's web page shows

    def _show(self) -> str:
        """Search attributes (where they changed) and details, no personal data in either; returns the stage."""
        tags = self.state.tags()
        known = workflow.info().typed_search_attributes
        keywords = ((STAGE, tags.stage), (COMPONENT, tags.component), (CLUSTER, tags.cluster))
        changes: list[SearchAttributeUpdate[Any]] = [
            key.value_set(value) for key, value in keywords if known.get(key) != value
        ]
        if known.get(OVERDUE) != tags.overdue:
            changes.append(OVERDUE.value_set(tags.overdue))
        if changes:  # the number alone is not worth a write to the engine's index at every entry
            workflow.upsert_search_attributes([*changes, ENTRY.value_set(self._number)])
        workflow.set_current_details(self.state.details())
        return tags.stage

    def _at(self) -> datetime:
        """Programme time."""
        return self._clockwork.at(workflow.now())
