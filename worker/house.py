"""Who works together: the ledger, the post and the workflows, put together from the settings."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import parseaddr
from typing import Any

import structlog
from temporalio import activity
from temporalio.client import Client
from temporalio.common import VersioningBehavior, WorkerDeploymentVersion
from temporalio.worker import (
    ActivityInboundInterceptor,
    ExecuteActivityInput,
    Interceptor,
    Worker,
    WorkerDeploymentConfig,
)

from activities.correspondence import QUEUE as LETTERS_QUEUE
from activities.correspondence import Correspondence
from activities.errands import QUEUE as ERRANDS_QUEUE
from activities.errands import Errands
from activities.ports import Delivered, Ledger, Messenger, Post
from activities.recording import Batch, Recording
from client.connection import DEPLOYMENT, TASK_QUEUE
from client.settings import Settings
from ledger import SqlLedger
from post.mailbox import MaildirCarrier
from post.office import PostOffice
from post.ports import Carrier
from post.rendering import Sender
from post.smtp import MailServer, Security, SmtpCarrier
from workflows.sandbox import RUNNER, WORKFLOWS

THREADS = 8
"""As many as the ledger's pool keeps connections."""
TASKS = 8
"""So many entities are thought about at the same time; the others wait with the engine. Of a hundred, as the
library has it, each takes so long on two cores that the engine gives it up after ten seconds and hands it out again: a
burst of 10,000 reminders then comes to a near standstill (decision 0018)."""
ROUNDS = 16
"""So many entities' letters are sent at the same time."""
_DRAIN = timedelta(seconds=20)
_PATIENCE = 30
_QUIET = 2.0
_PAUSE = 0.15

log = structlog.get_logger()


@dataclass
class InHand:
    """What a worker is doing right now, for the log and for whoever waits for it to end."""

    steps: dict[object, str] = field(default_factory=dict)
    changed: float = 0.0

    @contextmanager
    def doing(self, step: str) -> Iterator[None]:
        key = object()
        self.steps[key] = step
        self.changed = time.monotonic()
        try:
            yield
        finally:
            del self.steps[key]
            self.changed = time.monotonic()

    def quiet(self) -> bool:
        """Whether nothing is in hand, and whatever followed from the last step is over too."""
        return not self.steps and time.monotonic() - self.changed > _PAUSE

    def __str__(self) -> str:
        return ", ".join(sorted(self.steps.values())) or "nothing"


class Company:
    """The workers of one process: one for workflows and the record, one for letters, one for errands."""

    def __init__(
        self, client: Client, ledger: Ledger, post: Post, messenger: Messenger, build: str | None = None
    ) -> None:
        self.in_hand = InHand()
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="ledger")
        watched: Sequence[Interceptor] = (_Watching(self.in_hand),)
        self._main = Worker(
            client,
            task_queue=TASK_QUEUE,
            workflows=list(WORKFLOWS.values()),
            activities=[Recording(ledger).record],
            activity_executor=self._pool,
            max_concurrent_activities=THREADS,
            workflow_runner=RUNNER,
            interceptors=watched,
            max_cached_workflows=500,
            max_concurrent_workflow_tasks=TASKS,
            # after a worker was killed, so long its entities wait for another one
            sticky_queue_schedule_to_start_timeout=timedelta(seconds=1),
            graceful_shutdown_timeout=_DRAIN,
            deployment_config=_deployment(build),
        )
        self._letters = Worker(
            client,
            task_queue=LETTERS_QUEUE,
            activities=[Correspondence(post).deliver],
            max_concurrent_activities=ROUNDS,
            interceptors=watched,
            graceful_shutdown_timeout=_DRAIN,
        )

        self._errands = Worker(
            client,
            task_queue=ERRANDS_QUEUE,
            activities=[Errands(messenger).carry],
            max_concurrent_activities=ROUNDS,
            interceptors=watched,
            graceful_shutdown_timeout=_DRAIN,
        )

    async def work(self, until: asyncio.Event) -> None:
        """Work until told to stop, then finish what is in hand, for half a minute at most.

        Raises what a worker failed with, should one stop by itself.
        """
        workers = {asyncio.create_task(worker.run()) for worker in (self._letters, self._errands, self._main)}
        stopping = asyncio.create_task(until.wait())
        log.info("the worker is ready", queue=TASK_QUEUE)
        try:
            await asyncio.wait({*workers, stopping}, return_when=asyncio.FIRST_COMPLETED)
            await self._quiet_moment()
            log.info("the worker stops; it takes nothing new", waiting_for=str(self.in_hand))
            await self._drain(workers)
        finally:
            stopping.cancel()
            self._pool.shutdown(wait=False, cancel_futures=True)

    async def _quiet_moment(self) -> None:
        """Wait for a moment in which nothing happens, for two seconds at most.

        A task that the engine hands over just while the library closes its ears is lost until it times out:
        the entity concerned would stand still for ten seconds.
        """
        until = time.monotonic() + _QUIET
        while not self.in_hand.quiet() and time.monotonic() < until:  # noqa: ASYNC110  # two clocks, no event
            await asyncio.sleep(0.02)

    async def _drain(self, workers: set[asyncio.Task[None]]) -> None:
        ends = asyncio.gather(self._main.shutdown(), self._letters.shutdown(), self._errands.shutdown())
        waiting: set[asyncio.Future[Any]] = {*workers, ends}
        for _ in range(_PATIENCE // 2):
            done, waiting = await asyncio.wait(waiting, timeout=2)
            for task in done:
                await task
            if not waiting:
                return
            log.info("still waiting", waiting_for=str(self.in_hand))
        # seen where the engine is gone: its library then waits for its farewell for ever
        log.warning("not waiting any longer; the engine hands out again what was left")
        for task in waiting:
            task.cancel()


class ProgrammePost:
    """Sends letters in the name of the programme an entity belongs to, as the ledger knows it."""

    def __init__(self, ledger: SqlLedger, carrier: Carrier, settings: Settings) -> None:
        self._ledger = ledger
        self._carrier = carrier
        self._address = parseaddr(settings.mail_sender)[1]
        self._domain = settings.mail_domain

    async def deliver(self, entity: str, at: datetime) -> Delivered:
        sender = await asyncio.to_thread(self._sender, entity)
        return await PostOffice(self._ledger, self._carrier, sender, self._domain).deliver(entity, at)

    def _sender(self, entity: str) -> Sender:
        record = self._ledger.standing(entity)
        programme = self._ledger.programme(record.programme) if record else None
        if programme is None:
            return Sender(address=self._address, programme=record.programme if record else "")
        told: dict[str, Any] = {
            name: str(programme.facts[name])
            for name in ("programme_zh", "secretariat", "reply_to", "telephone")
            if programme.facts.get(name)
        }
        return Sender(address=self._address, programme=programme.title, **told)


def carrier(settings: Settings) -> Carrier:
    """Who carries letters: the mail server of the settings, else the local mailbox."""
    if settings.smtp_host is None:
        return MaildirCarrier(settings.maildir)
    return SmtpCarrier(
        MailServer(
            host=settings.smtp_host,
            port=settings.port_for_mail,
            security=Security(settings.smtp_security),
            username=settings.smtp_username or "",
            password=settings.smtp_password.get_secret_value() if settings.smtp_password else "",
            timeout=float(settings.smtp_timeout),
            ca_file=str(settings.smtp_ca) if settings.smtp_ca else "",
        )
    )


def _deployment(build: str | None) -> WorkerDeploymentConfig | None:
    """Versioned where the build has a name: a chapter then ends on the build it began with."""
    if build is None:
        return None
    return WorkerDeploymentConfig(
        version=WorkerDeploymentVersion(DEPLOYMENT, build),
        use_worker_versioning=True,
        default_versioning_behavior=VersioningBehavior.PINNED,
    )


class _Watching(Interceptor):
    """Binds what a step is about to its log lines, and keeps count of what is in hand."""

    def __init__(self, in_hand: InHand) -> None:
        self._in_hand = in_hand

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        return _WatchedStep(next, self._in_hand)


class _WatchedStep(ActivityInboundInterceptor):
    def __init__(self, next: ActivityInboundInterceptor, in_hand: InHand) -> None:
        super().__init__(next)
        self._in_hand = in_hand

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        info = activity.info()
        bound: dict[str, Any] = {"entity": info.workflow_id, "step": info.activity_type}
        for given in input.args:
            if isinstance(given, Batch) and given.entries:
                bound |= {"stage": given.stage, "entry": given.entries[-1].number}
                requests = dict.fromkeys(entry.request for entry in given.entries if entry.request)
                if requests:
                    bound["request"] = ", ".join(requests)
        with (
            structlog.contextvars.bound_contextvars(**bound),
            self._in_hand.doing(f"{info.activity_type} for {info.workflow_id}"),
        ):
            return await super().execute_activity(input)
