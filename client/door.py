"""The door: how an entity is founded and asked, once and for certain, whatever fails on the way."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar

from temporalio.client import (
    Client,
    WorkflowExecutionStatus,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from client import wording
from client.connection import RPC
from client.starting import start
from client.troubles import Trouble, Unanswered, of_database
from domain.clockwork import Clockwork
from domain.entities import AnyFounding, fold, founded
from domain.entries import Entry
from domain.requests import AnyRequest, Command
from domain.values import Actor, Refusal
from workflows import chapter
from workflows.chapter import Answer
from workflows.kinds import begun as first_chapter

_PASSING = (
    RPCStatusCode.UNAVAILABLE,
    RPCStatusCode.DEADLINE_EXCEEDED,
    RPCStatusCode.RESOURCE_EXHAUSTED,
    RPCStatusCode.ABORTED,
    RPCStatusCode.CANCELLED,
    RPCStatusCode.INTERNAL,
    RPCStatusCode.UNKNOWN,
    RPCStatusCode.DATA_LOSS,
)
"""Failures after which nobody knows, or the engine is away: asked again with the same id."""

_NOT_HANDED_OVER = ("workflow task failure", "workflow task in failed state")
"""What the engine says while the entity's worker does not get through: on a machine that is far too busy, or a bug."""


T = TypeVar("T")


class Memory(Protocol):
    """What the door needs of the ledger (ledger.SqlLedger); its methods may block, and are called in threads."""

    def last_number(self, entity: str) -> int: ...
    def entries(self, entity: str, since: int = 0) -> tuple[Entry, ...]: ...
    def store_text(self, text: str, kind: str, owner: str | None = None) -> str: ...
    def attempt(
        self,
        entity: str,
        actor: Actor | None,
        request: dict[str, Any],
        sentence: str,
        at: datetime,
        request_id: str | None = None,
    ) -> int: ...


class Door:
    """Founds entities and asks them. `clockwork` is the programme's; `patience` is in seconds, over all attempts."""

    def __init__(
        self, client: Client, ledger: Memory, clockwork: Clockwork | None = None, patience: float = 60.0
    ) -> None:
        self._client = client
        self._ledger = ledger
        self._clockwork = clockwork or Clockwork()
        self._patience = patience

    async def keep(self, text: str, kind: str, owner: str | None = None) -> str:
        """Keep a free text in the vault; the hash under which a request may speak of it.

        Raises Refusal for a text that is empty, too long (16 KB) or has hidden characters.
        """
        return await _of_ledger(self._ledger.store_text, wording.clean_text(text), kind, owner)

    async def found(self, event: AnyFounding, clockwork: Clockwork | None = None) -> bool:
        """Found an entity and wait until that is on record; False where it was founded before.

        Raises Refusal for a founding that makes no entity, Trouble where the engine cannot be reached,
        Unanswered where it was not on record in time (founding it again does no harm).
        """
        event = wording.clean(event)
        try:
            state = founded(event)
        except ValueError as wrong:
            raise Refusal(str(wrong)) from wrong
        if await _of_ledger(self._ledger.last_number, state.entity):
            return False
        begun = asyncio.get_running_loop().time()
        try:
            begins = first_chapter(state.entity, clockwork=clockwork or self._clockwork, founding=event)
            await start(self._client, state, begins, number=1)
        except WorkflowAlreadyStartedError:
            return False
        except RPCError as error:
            raise _trouble(error) from error
        while not await _of_ledger(self._ledger.last_number, state.entity):
            waited = asyncio.get_running_loop().time() - begun
            if waited > self._patience:
                raise Unanswered(
                    f"the founding of {_named(state.entity)} is not on record after {self._patience:.0f} seconds; "
                    "it goes on by itself once worker and database are there, and can be asked again",
                    id=state.entity,
                )
            await asyncio.sleep(0.02 if waited < 1 else 0.2)
        return True

    @staticmethod
    def name(entity: str, request: AnyRequest, by: Actor) -> str:
        """An id for a request that is about to be made, for whoever may have to ask it again."""
        return wording.command_id(entity, wording.clean(request), by)

    async def request(self, entity: str, request: AnyRequest, by: Actor, *, id: str | None = None) -> Answer:
        """Ask something of an entity; the answer means that its entries are on record.

        Give the `id` of an Unanswered request to ask that very request again: it takes effect once. Raises
        Refusal where it is not allowed (a grave one is put on record), Unanswered where patience ran out,
        Trouble where asking is impossible.
        """
        request = wording.clean(request)
        if id is None:
            id = wording.command_id(entity, request, by)
        elif not wording.belongs(id, entity, request, by):
            raise Refusal(f"{id} was given to another request; leave the id out to ask this one anew")
        command = Command(id=id, request=request, by=by)
        try:
            return await self._answered(entity, command)
        except Refusal as refusal:
            if refusal.grave:
                await _of_ledger(
                    self._ledger.attempt,
                    entity,
                    by,
                    request.model_dump(mode="json"),
                    refusal.sentence,
                    self._clockwork.at(datetime.now(UTC)),
                    id,
                )
            raise

    async def carry(self, entity: str, request: AnyRequest, by: Actor, id: str) -> None:
        """Ask something of an entity on behalf of another one, under an id that one gave; once, however often.

        Raises Refusal where it is not allowed and was not done before, and the rest as `request` does.
        """
        try:
            await self._answered(entity, Command(id=id, request=request, by=by))
        except Refusal:
            # an entity remembers its latest commands; of older ones the record tells
            on_record = await _of_ledger(self._ledger.entries, entity)
            if not any(entry.request == id for entry in on_record):
                raise

    async def _answered(self, entity: str, command: Command) -> Answer:
        """Ask with one id until there is an answer for certain."""
        loop = asyncio.get_running_loop()
        until = loop.time() + self._patience
        pause = 0.02
        why = "no worker took it up"
        while (left := until - loop.time()) > 0:
            try:
                async with asyncio.timeout(left):
                    answer = await self._client.get_workflow_handle(entity).execute_update(
                        chapter.REQUEST, command, id=command.id, result_type=Answer, rpc_timeout=RPC
                    )
                    return Answer.model_validate(answer)
            except WorkflowUpdateFailedError as failed:
                why = _refused(failed)
            except (WorkflowUpdateRPCTimeoutOrCancelledError, TimeoutError):
                # the library says "timed out or cancelled" for either: let a real cancellation through
                task = asyncio.current_task()
                if task is not None and task.cancelling():
                    raise asyncio.CancelledError from None
            except RPCError as error:
                if error.status is RPCStatusCode.NOT_FOUND:
                    answer = await self._found_out(entity, command)
                    if answer is not None:
                        return answer
                    why = "it was turning a page"
                elif error.status in _PASSING:
                    why = "the engine does not answer"
                elif any(said in error.message.lower() for said in _NOT_HANDED_OVER):
                    why = "the engine could not hand it over"  # then it was never accepted, says the engine's manual
                else:
                    raise _trouble(error) from error
            await asyncio.sleep(min(pause * random.uniform(0.5, 1.0), max(until - loop.time(), 0)))
            pause = min(pause * 2, 2.0)
        raise Unanswered(
            f"no answer from {_named(entity)} within {self._patience:.0f} seconds ({why}); it may take effect yet. "
            f"Ask again with the same id, {command.id}: it takes effect once",
            id=command.id,
        )

    async def _found_out(self, entity: str, command: Command) -> Answer | None:
        """What it means that the engine finds nobody to ask; None where it is to be asked again.

        An answer where the command is on record already: its own doing may have ended the entity.
        """
        try:
            known = await self._client.get_workflow_handle(entity).describe(rpc_timeout=RPC)
        except RPCError as error:
            if error.status in _PASSING:
                return None
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise _trouble(error) from error
            if await _of_ledger(self._ledger.last_number, entity):
                raise Trouble(
                    f"{_named(entity)} is on record, but the engine does not know it; nothing is lost: "
                    "`tandem recover` has it live on in the engine from what is on record"
                ) from error
            raise Refusal(
                f"there is no {_named(entity)}; `tandem {entity.partition('/')[0]} list` shows them"
            ) from None
        if known.status in (WorkflowExecutionStatus.RUNNING, WorkflowExecutionStatus.CONTINUED_AS_NEW):
            return None
        on_record = await _of_ledger(self._ledger.entries, entity)
        mine = [entry.number for entry in on_record if entry.request == command.id]
        if mine:
            tags = {pair.key.name: pair.value for pair in known.typed_search_attributes}
            return Answer(
                entity=entity,
                first=mine[0],
                last=mine[-1],
                stage=str(tags.get(chapter.STAGE.name, "")),
                overdue=int(tags.get(chapter.OVERDUE.name, 0)),
                ended=True,
            )
        if known.status is not WorkflowExecutionStatus.COMPLETED:
            how = known.status.name.lower().replace("_", " ") if known.status else "stopped"
            raise Trouble(
                f"the workflow of {_named(entity)} was {how} in the engine; nothing is lost from the ledger: "
                "`tandem recover` has it live on from what is on record"
            )
        if on_record:
            state = fold(entity, [entry.event for entry in on_record])
            if state.ended:  # it refuses in the words it has had for it since
                state.ask(command.request, command.by, on_record[-1].recorded_at)
        raise Refusal(f"{_named(entity)} is closed; its record can be read")


async def _of_ledger(ask: Callable[..., T], *given: Any) -> T:
    """Ask the ledger in a thread; Trouble where its database does not answer."""
    try:
        return await asyncio.to_thread(ask, *given)
    except Exception as error:
        trouble = of_database(error)
        if trouble is not None:
            raise trouble from error
        raise


def _refused(failed: WorkflowUpdateFailedError) -> str:
    """Why to ask again; raises the refusal, or Trouble, where asking again makes no sense."""
    cause = failed.cause
    kind = cause.type if isinstance(cause, ApplicationError) else None
    if isinstance(cause, ApplicationError) and kind == chapter.REFUSAL:
        raise Refusal(cause.message, grave=bool(cause.details and cause.details[0])) from None
    if kind == chapter.DRAINING or kind == "AcceptedUpdateCompletedWorkflow":
        return "it was turning a page"
    raise Trouble(f"the request could not be judged, and changed nothing: {cause or failed}") from failed


def _trouble(error: RPCError) -> Trouble:
    if error.status in _PASSING:
        return Trouble(
            f"the engine does not answer ({error.status.name.lower().replace('_', ' ')}); try again later"
        )
    if "search attribute" in error.message.lower():
        return Trouble(
            f"the engine's namespace lacks our search attributes ({error.message}); run `tandem prepare`"
        )
    if "failed state" in error.message.lower():
        return Trouble(
            "its workflow stands still in the engine, because a step of it fails again and again; nothing was decided, "
            "and it goes on by itself once that is mended (the worker's log tells why)"
        )
    return Trouble(f"the engine does not take the request: {error.message}")


def _named(entity: str) -> str:
    kind, _, code = entity.partition("/")
    return f"{kind} {code}"
