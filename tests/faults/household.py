"""A small household of real processes that can be killed at any moment: engine, workers, database, mail server."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.parser import BytesHeaderParser
from email.policy import default as modern
from pathlib import Path
from random import Random

import psycopg
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from temporalio.client import Client
from temporalio.service import RPCError

from client.connection import RPC, connect, raise_retention, register_search_attributes
from client.house import engine_binary, engine_command
from client.settings import Settings, load
from client.troubles import Trouble
from ledger import SqlLedger, migrate, open_ledger
from tests.databases import Unreachable, as_somebody, binaries

ROOT = Path(__file__).parents[2]
DOMAIN = "tandem.example.org"
_PATIENCE = 60.0
_ENDS = 60.0


class Part:
    """One process of the household with its log: started, killed, and started again on the same data.

    `wanted` says whether it is meant to run; one that ends while it is wanted has died by itself.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        folder: Path,
        environment: Mapping[str, str] | None = None,
        user: str | None = None,
    ) -> None:
        self.name = name
        self.log = folder / f"{name}.log"
        self.wanted = False
        self.starts = 0
        self.process: subprocess.Popen[bytes] | None = None
        self._command = list(command)
        self._environment = dict(environment or os.environ)
        self._user = user
        self._said = 0

    def start(self) -> None:
        self._said = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self._environment,
                cwd="/" if self._user else ROOT,
                user=self._user,
                group=self._user,
                extra_groups=() if self._user else None,
                start_new_session=True,
            )
        self.starts += 1
        self.wanted = True

    def kill(self) -> None:
        """SIGKILL to it and to everything it started, at once; returns when all of it is gone."""
        assert self.process is not None
        self.wanted = False
        victims = [self.process.pid, *_descendants(self.process.pid)]
        for victim in victims:
            _kill(victim)
        self.process.wait(_ENDS)
        until = time.monotonic() + _ENDS
        while any(_runs(victim) for victim in victims[1:]):
            if time.monotonic() > until:
                raise TimeoutError(f"{self.name} does not die")
            time.sleep(0.005)

    def stop(self, sign: int = signal.SIGTERM) -> int:
        """Ask it to end; its exit status. One that does not end in time is killed, and that is a TimeoutExpired."""
        assert self.process is not None
        self.wanted = False
        if self.process.poll() is None:
            self.process.send_signal(sign)
            try:
                self.process.wait(_ENDS)
            except subprocess.TimeoutExpired:
                self.kill()
                raise
        return self.process.returncode

    def died(self) -> str | None:
        """What to say of it where it ended although it was wanted."""
        if not self.wanted or self.process is None or self.process.poll() is None:
            return None
        words = self.told().splitlines()
        last = words[-1][:400] if words else "nothing"
        return f"{self.name} ended by itself with status {self.process.returncode}; its last words: {last}"

    def told(self) -> str:
        """What it wrote since it was last started."""
        with self.log.open("rb") as log:
            log.seek(self._said)
            return log.read().decode(errors="replace")


@dataclass(frozen=True)
class Received:
    """A message the mail server took: when, for which letter, and a digest of every byte."""

    at: datetime
    message_id: str
    letter: str
    content: bytes = field(repr=False)


class MailServer:
    """A real SMTP server that takes everything, a little later than at once, and remembers each message."""

    def __init__(self, seed: int) -> None:
        self.received: list[Received] = []
        self.port = free_port()
        self._chance = Random(f"mail server {seed}")
        self._controller: Controller | None = None

    def start(self) -> None:
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def stop(self) -> None:
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - its name
        assert isinstance(envelope.content, bytes)
        headers = BytesHeaderParser(policy=modern).parsebytes(envelope.content)
        told = (str(headers["Message-ID"]).strip(), str(headers["X-Tandem-Letter"]).strip())
        self.received.append(Received(datetime.now(UTC), *told, envelope.content))
        # the message is taken from here on, and its sender does not know it yet
        await asyncio.sleep(self._chance.uniform(0, 0.05))
        return "250 OK"


class Household:
    """Engine, workers, ledger and mail server in one folder, each on its own and none of them in this process."""

    def __init__(self, folder: Path, seed: int = 0, workers: int = 1, *, postgresql: bool = False) -> None:
        self.folder = folder
        self.mail = MailServer(seed)
        self.deaths: list[str] = []
        self.took = 0.0
        """Seconds its start took: a measure of how busy this machine is."""
        self.parts: dict[str, Part] = {}
        self._cluster: Path | None = None
        self._watching: asyncio.Task[None] | None = None
        folder.mkdir(parents=True, exist_ok=True)
        port = free_port()
        command = engine_command(engine_binary(), folder / "temporal.sqlite", port, None)
        self.parts["engine"] = Part("engine", command, folder)
        url = f"sqlite:///{folder}/ledger.sqlite"
        if postgresql:
            self._cluster = Path(tempfile.mkdtemp(prefix="tandem-pg-"))
            self.parts["postgresql"], url = _postgresql(self._cluster, folder)
        self.settings: Settings = load(
            home=folder,
            temporal_address=f"127.0.0.1:{port}",
            database_url=url,
            smtp_host="127.0.0.1",
            smtp_port=self.mail.port,
            smtp_security="none",
            smtp_timeout=10,
            mail_sender=f"Tandem <tandem@{DOMAIN}>",
            log_format="json",
        )
        environment = {**os.environ, **self.settings.environment(), "PYTHONUNBUFFERED": "1"}
        for number in range(1, workers + 1):
            name = f"worker-{number}"
            self.parts[name] = Part(name, [sys.executable, "-m", "worker"], folder, environment)

    @property
    def workers(self) -> list[Part]:
        return [part for name, part in self.parts.items() if name.startswith("worker")]

    async def __aenter__(self) -> Household:
        begun = time.monotonic()
        try:
            await self._start()
            self.took = time.monotonic() - begun
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._watching is not None:
            self._watching.cancel()
        for part in reversed(self.parts.values()):
            if part.process is not None and part.process.poll() is None:
                await asyncio.to_thread(part.kill)
        self.mail.stop()
        if self._cluster is not None:
            shutil.rmtree(self._cluster, ignore_errors=True)

    async def _start(self) -> None:
        self.mail.start()
        self.parts["engine"].start()
        if "postgresql" in self.parts:
            self.parts["postgresql"].start()
            await asyncio.to_thread(_answering, self.settings.database)
        await asyncio.to_thread(migrate, self.settings.database)
        client = await self.client()
        await register_search_attributes(client)
        await raise_retention(client)
        for worker in self.workers:
            worker.start()
        for worker in self.workers:
            await self.ready(worker)
        self._watching = asyncio.create_task(self._watch())

    async def client(self, identity: str = "household") -> Client:
        """A client of the engine, once a real call to it succeeded."""
        until = time.monotonic() + _PATIENCE
        while True:
            try:
                client = await connect(self.settings, identity=identity)
                await client.count_workflows(rpc_timeout=RPC)
                return client
            except (Trouble, RPCError):
                if time.monotonic() > until:
                    raise
            await asyncio.sleep(0.05)

    def ledger(self) -> SqlLedger:
        return open_ledger(self.settings.database)

    async def ready(self, worker: Part) -> None:
        """Wait until a worker says that it is."""
        until = time.monotonic() + _PATIENCE
        while "the worker is ready" not in worker.told():
            if time.monotonic() > until:
                raise TimeoutError(f"{worker.name} is not ready: {worker.told()[-1000:]}")
            await asyncio.sleep(0.05)

    async def _watch(self) -> None:
        """Note what dies by itself, and start it again as a service manager would."""
        while True:
            for part in self.parts.values():
                sentence = part.died()
                if sentence is not None:
                    self.deaths.append(sentence)
                    part.start()
            await asyncio.sleep(0.1)

    async def stop_workers(self) -> dict[str, int]:
        """End the workers as a service manager does; their exit statuses."""
        stopping = {part.name: asyncio.to_thread(part.stop) for part in self.workers}
        return dict(zip(stopping, await asyncio.gather(*stopping.values()), strict=True))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _postgresql(cluster: Path, logs: Path) -> tuple[Part, str]:
    """A PostgreSQL of its own as it is in earnest: what it acknowledged is on the disk."""
    found = binaries()
    if found is None:
        raise Unreachable("PostgreSQL is killed here as a process, and there is no initdb on this machine")
    somebody = as_somebody()
    user = somebody[2] if somebody else None
    if user is not None:
        shutil.chown(cluster, user)
    data = cluster / "data"
    made = subprocess.run(
        [*somebody, str(found / "initdb"), "-D", str(data), "-U", "tandem", "-A", "trust", "-E", "UTF8"],
        capture_output=True,
        text=True,
        cwd=cluster,
    )
    if made.returncode != 0:
        raise Unreachable(f"initdb failed: {made.stderr.strip()}")
    command = [str(found / "postgres"), "-D", str(data), "-k", str(cluster), "-c", "listen_addresses="]
    part = Part("postgresql", command, logs, user=user)
    return part, f"postgresql://tandem@/postgres?host={cluster}"


def _answering(url: str) -> None:
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            psycopg.connect(url).close()
            return
        except psycopg.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


def _descendants(process: int) -> list[int]:
    """Everything a process started, and what that started: PostgreSQL's backends are sessions of their own."""
    parents: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        parents.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found: list[int] = []
    waiting = [process]
    while waiting:
        children = parents.get(waiting.pop(), [])
        found += children
        waiting += children
    return found


def _kill(process: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)


def _runs(process: int) -> bool:
    """Whether it lives; one that is dead and not yet buried does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
