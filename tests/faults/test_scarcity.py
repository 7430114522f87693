"""A full disk, a frozen engine, a frozen database: every call ends with a sentence, and afterwards all goes on."""

from __future__ import annotations

import asyncio
import os
import random
import re
import resource
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import psycopg
import pytest
from temporalio.client import Client

from client.connection import connect
from client.door import Door
from client.reading import partnership, reading
from client.replay import replay
from client.settings import load
from client.troubles import Trouble, Unanswered
from domain import requests as rq
from domain.clockwork import Clockwork
from domain.terms import Stage
from ledger import engines as databases_engines
from ledger import letterbook, migrate, open_ledger
from ledger.rows import LetterStatus
from post.mailbox import MaildirCarrier, messages
from tests import databases
from tests import engine as engines
from tests.domain.wandering import life
from tests.fakes.world import FakeLedger, FakePost
from tests.faults.test_reported_failed import engage, level, put_people
from tests.given import OPERATOR, START, founding
from worker.house import ProgrammePost

engine, client = engines.engine, engines.client
postgresql_url = databases.postgresql_url

TANDEM = Path(sys.executable).parent / "tandem"
KB = 1024


class Disk:
    """A folder that can be filled to the last byte, and emptied again.

    As root it is a small file system of its own. Otherwise a limit on the size of files stands in for it: what a
    process writes past it fails in the same place, with another error number.
    """

    def __init__(self, folder: Path, *, own: bool) -> None:
        self.folder, self.own = folder, own
        self._ballast = folder / "ballast"
        self._processes: tuple[int, ...] = (os.getpid(),)

    def fill(self, leaving: int = 0, *processes: int) -> None:
        if not self.own:
            self._processes = (os.getpid(), *processes)
            largest = max(
                (file.stat().st_size for file in self.folder.rglob("*") if file.is_file()), default=0
            )
            for process in self._processes:
                hard = resource.prlimit(process, resource.RLIMIT_FSIZE)[1]
                resource.prlimit(process, resource.RLIMIT_FSIZE, (max(largest, 1), hard))
            return
        with self._ballast.open("wb", buffering=0) as ballast:
            for size in (64 * KB, 4 * KB, 512, 1):
                with suppress(OSError):
                    while True:
                        ballast.write(b"\0" * size)
        if leaving:
            os.truncate(self._ballast, max(self._ballast.stat().st_size - leaving, 0))

    def free(self) -> None:
        if self.own:
            self._ballast.unlink(missing_ok=True)
            return
        for process in self._processes:
            hard = resource.prlimit(process, resource.RLIMIT_FSIZE)[1]
            resource.prlimit(process, resource.RLIMIT_FSIZE, (hard, hard))


@contextmanager
def disk(folder: Path, size: int) -> Iterator[Disk]:
    folder.mkdir()
    mounted = os.geteuid() == 0 and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}k", "tandem-test", str(folder)], capture_output=True
    ).returncode == 0  # fmt: skip
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    small = Disk(folder, own=mounted)
    try:
        yield small
    finally:
        small.free()
        signal.signal(signal.SIGXFSZ, before)
        if mounted:
            subprocess.run(["umount", "-l", str(folder)], check=True)


def new_code() -> str:
    return f"SC-{random.getrandbits(48)}"


def now() -> Clockwork:
    return Clockwork(origin=START, anchor=datetime.now(UTC))


async def test_with_a_full_disk_under_the_ledger_nothing_is_acknowledged_and_all_goes_on_once_there_is_room(
    client: Client, tmp_path: Path
) -> None:
    with disk(tmp_path / "disk", 6 * KB) as small:
        url = f"sqlite:///{small.folder}/ledger.sqlite"
        migrate(url)
        ledger = open_ledger(url, code="0.0.0-test")
        code = new_code()
        entity = f"partnership/{code}"
        door = Door(client, ledger, now(), patience=30)
        async with engines.company(client, ledger, FakePost(FakeLedger())):
            assert await door.found(founding(code))
            acknowledged = [await door.request(entity, engage(number), OPERATOR) for number in range(3)]
            small.fill()
            door._patience = 3
            with pytest.raises(Unanswered, match="Ask again with the same id") as unanswered:
                for number in range(3, 200):  # until the room that was left in the files is used up
                    acknowledged.append(await door.request(entity, engage(number), OPERATOR))
            number = len(acknowledged)
            with pytest.raises(
                Trouble, match=r"the database does not answer as it should: .*(full|disk|I/O)"
            ):
                await door.keep("x" * 16_000, "remark")
            assert ledger.last_number(entity) == len(acknowledged) + 1
            small.free()
            door._patience = 60
            acknowledged.append(await door.request(entity, engage(number), OPERATOR, id=unanswered.value.id))
            acknowledged.append(await door.request(entity, engage(number + 1), OPERATOR))
            effects = Counter(entry.request for entry in ledger.entries(entity) if entry.request)
            assert len(effects) == len(acknowledged) and set(effects.values()) == {1}
            assert await level(ledger, client, entity)
            await client.get_workflow_handle(entity).terminate()
        ledger.close()


async def test_with_a_full_disk_under_the_mailbox_letters_wait_and_go_out_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(letterbook, "LEASE", timedelta(seconds=0))
    home = tmp_path / "home"
    home.mkdir()
    settings = load(home=home)
    migrate(settings.database)
    ledger = open_ledger(settings.database, code="0.0.0-test")
    put_people(ledger)
    story = life(1)
    ledger.record(story.entries[:1])
    entity = story.partnership.entity
    waiting = ledger.waiting(entity)
    with disk(tmp_path / "disk", 1 * KB) as small:
        maildir = small.folder / "mailbox"
        post = ProgrammePost(ledger, MaildirCarrier(maildir), settings)
        (maildir / "tmp").mkdir(parents=True)
        for folder in ("cur", "new"):
            (maildir / folder).mkdir()
        if not small.own:
            (maildir / "tmp" / "x").write_bytes(b"x")
        small.fill()
        if small.own:
            told = await post.deliver(entity, story.at)
        else:  # the ledger's own file must not be under the limit
            pytest.skip("NOT TESTED: a full disk under the mailbox, because this test may not mount one")
        assert (told.sent, told.waiting) == (0, waiting)
        errors = {one.last_error for one in ledger.letters(entity) if one.last_error}
        assert errors == {"the mailbox cannot be written to: No space left on device"}
        assert messages(maildir) == []
        small.free()
        told = await post.deliver(entity, story.at)
        assert (told.sent, told.waiting) == (waiting, 0)
        assert len(messages(maildir)) == waiting
        assert all(one.status is LetterStatus.SENT for one in ledger.letters(entity))
        assert (await post.deliver(entity, story.at)).sent == 0
    ledger.close()


def engine_process(home: Path) -> int:
    """The process that serves the engine's database in a folder."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                if f"{home}/temporal.sqlite".encode() in (entry / "cmdline").read_bytes():
                    return int(entry.name)
    raise AssertionError("the engine's process is not found")


def test_with_a_full_disk_under_the_engine_calls_end_and_it_goes_on_once_there_is_room(
    tmp_path: Path,
) -> None:
    with disk(tmp_path / "disk", 24 * KB) as small:
        if not small.own:
            pytest.skip("NOT TESTED: a full disk under the engine, because this test may not mount one")
        with engines.serving(small.folder) as address:
            asyncio.run(_engine_runs_full(address, small))


async def _engine_runs_full(address: str, small: Disk) -> None:
    client = await connect(load(temporal_address=address))
    world = engines.new_world(client, patience=30)
    async with world.working():
        await world.found()
        acknowledged = [await world.ask(engage(number), OPERATOR) for number in range(3)]
        await world.settled()
        small.fill()
        world.door._patience = 4
        stuck = None
        for number in range(3, 300):  # a write-ahead log has room of its own
            try:
                acknowledged.append(await world.ask(engage(number), OPERATOR))
            except Unanswered as unanswered:
                stuck = (number, unanswered.id)
                assert "Ask again with the same id" in unanswered.sentence
                break
            except Trouble as trouble:
                assert len(trouble.sentence) > 30
        assert stuck is not None, "the disk never got full"
        small.free()
        world.door._patience = 90
        acknowledged.append(await world.ask(engage(stuck[0]), OPERATOR, id=stuck[1]))
        acknowledged.append(await world.ask(engage(1000), OPERATOR))
        effects = Counter(entry.request for entry in world.entries if entry.request)
        assert set(effects.values()) == {1} and len(effects) >= len(acknowledged)
        firsts = [answer.first for answer in acknowledged]
        assert len(set(firsts)) == len(firsts)
        assert world.sound()
        await world.end()


@contextmanager
def frozen(*processes: int) -> Iterator[None]:
    for process in processes:
        os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        for process in processes:
            os.kill(process, signal.SIGCONT)


async def tandem(*arguments: str, **environment: str) -> tuple[int, str, str]:
    """Exit status, what it printed, and its sentence; a call that does not end in time fails the test."""
    process = await asyncio.create_subprocess_exec(
        str(TANDEM),
        *arguments,
        env={**os.environ, **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        out, told = await asyncio.wait_for(process.communicate(), 100)
    except TimeoutError:
        process.kill()
        await process.wait()
        pytest.fail(f"tandem {' '.join(arguments)} does not end")
    assert process.returncode is not None
    return process.returncode, out.decode(), told.decode()


@pytest.mark.timeout(240)
def test_with_a_frozen_engine_every_call_ends_with_a_sentence_and_takes_effect_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (
        "connection",
        "door",
        "replay",
    ):  # the calls of this process; those of `tandem` take their time
        monkeypatch.setattr(f"client.{module}.RPC", timedelta(seconds=2))
    # an engine that stood still for more than a minute has been seen to end itself as it woke up
    with engines.serving(tmp_path, kept=True) as address:
        asyncio.run(_engine_freezes(address, tmp_path))


async def _engine_freezes(address: str, home: Path) -> None:
    client = await connect(load(temporal_address=address))
    settings = load(temporal_address=address, home=home)
    migrate(settings.database)
    ledger = open_ledger(settings.database, code="0.0.0-test")
    put_people(ledger)
    code = "C1-77"
    door = Door(client, ledger, now(), patience=30)
    async with engines.company(client, ledger, FakePost(FakeLedger())):
        assert await door.found(founding(code))
        entity = f"partnership/{code}"
        door._patience = 3
        with frozen(engine_process(home)):
            async with asyncio.timeout(40):
                with pytest.raises(
                    Unanswered, match=r"no answer from partnership C1-77 .*with the same id"
                ) as it:
                    await door.request(entity, rq.OpenStage(stage=Stage.SCOPING), OPERATOR)
            async with asyncio.timeout(40):
                with pytest.raises(Trouble, match="the engine does not answer"):
                    await door.found(founding("C1-78"))
            async with asyncio.timeout(40):
                with pytest.raises(Trouble, match=r"no engine answers at|does not answer"):
                    await connect(settings)
            async with asyncio.timeout(40):
                with pytest.raises(Trouble, match="the history of partnership/C1-77 cannot be read: Timeout"):
                    _ = [one async for one in replay(client, [entity])]
            surroundings = settings.environment() | {"TANDEM_PATIENCE": "3"}
            calls = (("replay", code), ("partnership", "open-stage", code, "scoping", "--as", "operator"))
            showing = ("partnership", "show", code)  # reading needs no engine
            *ended, shown = await asyncio.gather(*(tandem(*one, **surroundings) for one in (*calls, showing)))
            for status, _, sentence in ended:
                assert status == 1 and sentence.count("\n") == 1 and "no engine answers" in sentence, sentence
            assert shown[0] == 0 and code in shown[1]
        door._patience = 60
        answer = await door.request(entity, rq.OpenStage(stage=Stage.SCOPING), OPERATOR, id=it.value.id)
        assert [e.number for e in ledger.entries(entity) if e.request == it.value.id] == [answer.first]
        assert await level(ledger, client, entity)
    ledger.close()


@pytest.mark.timeout(120)
async def test_a_request_that_is_not_waited_for_says_how_to_ask_it_again(
    engine: str, client: Client, tmp_path: Path
) -> None:
    settings = load(temporal_address=engine, home=tmp_path)
    surroundings = {**os.environ, **settings.environment()}
    migrate(settings.database)
    ledger = open_ledger(settings.database, code="0.0.0-test")
    put_people(ledger)
    code = new_code()
    entity = f"partnership/{code}"
    handle = client.get_workflow_handle(entity)

    async def waits_for_a_worker(so: bool) -> None:
        while True:
            if (await handle.describe()).raw_description.HasField("pending_workflow_task") is so:
                return
            await asyncio.sleep(0.05)

    async with engines.company(client, ledger, FakePost(FakeLedger())):
        assert await Door(client, ledger, now(), patience=30).found(founding(code))
        assert await level(ledger, client, entity)
        await waits_for_a_worker(False)  # so that what waits later is the request
    # nobody is at work now, so the request stays with the engine
    asking = await asyncio.create_subprocess_exec(
        str(TANDEM),
        *("partnership", "open-stage", code, "scoping", "--as", "operator"),
        env=surroundings,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        # where a shell runs these tests in the background, whatever they start ignores Ctrl-C
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    )
    await waits_for_a_worker(True)
    asking.send_signal(signal.SIGINT)
    out, told = (said.decode() for said in await asking.communicate())
    assert asking.returncode == 130 and not out
    asked_again = re.search(r"may take effect yet \(tandem (partnership ask-again (cmd-\S+))\)\n$", told)
    assert asked_again, told
    words, id = asked_again.groups()
    async with engines.company(client, ledger, FakePost(FakeLedger())):
        for status in (0, 1):  # once it is answered, nothing is kept of it
            ended, out, told = await tandem(*words.split(), **settings.environment())
            assert ended == status, told
        assert "none is kept" in told
        assert len([e for e in ledger.entries(entity) if e.request == id]) == 1
        assert await level(ledger, client, entity)
        await handle.terminate()
    ledger.close()


def postgresql_processes(url: str) -> list[int]:
    """The server behind a database of the tests and everything it started."""
    folder = psycopg.conninfo.conninfo_to_dict(url).get("host")
    held = Path(str(folder)) / "data" / "postmaster.pid"
    if not held.exists():
        pytest.skip("NOT TESTED: a frozen PostgreSQL, because the server runs in a container")
    mother = int(held.read_text().splitlines()[0])
    mine = [mother]
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                told = (entry / "stat").read_text().rpartition(")")[2].split()
                if int(told[1]) == mother:
                    mine.append(int(entry.name))
    return mine


@pytest.mark.timeout(240)
async def test_with_a_frozen_database_every_call_ends_with_a_sentence(
    client: Client, postgresql_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(databases_engines, "_PATIENCE", 2.0)
    settings = load(home=tmp_path, database_url=postgresql_url)
    ledger = open_ledger(postgresql_url, code="0.0.0-test")
    code = new_code()
    entity = f"partnership/{code}"
    door = Door(client, ledger, now(), patience=5)
    with reading(settings) as warm:
        async with engines.company(client, ledger, FakePost(FakeLedger())):
            assert await door.found(founding(code))
            assert partnership(warm, code).code == code
            with frozen(*postgresql_processes(postgresql_url)):
                async with asyncio.timeout(60):
                    with pytest.raises(Unanswered, match="Ask again with the same id") as it:
                        await door.request(entity, rq.OpenStage(stage=Stage.SCOPING), OPERATOR)
                async with asyncio.timeout(60):
                    with pytest.raises(Trouble, match=r"does not answer as it should: .*(no answer|timeout)"):
                        await door.found(founding(new_code()))
                async with asyncio.timeout(60):
                    with pytest.raises(Trouble, match="the database does not answer as it should"):
                        await door.keep("a text", "remark")
                status, _, sentence = await tandem("board", **settings.environment())
                assert status == 1 and "the database does not answer as it should" in sentence, sentence
            door._patience = 60
            answer = await door.request(entity, rq.OpenStage(stage=Stage.SCOPING), OPERATOR, id=it.value.id)
            assert [e.number for e in ledger.entries(entity) if e.request == it.value.id] == [answer.first]
            assert await level(ledger, client, entity)
            await client.get_workflow_handle(entity).terminate()
    ledger.close()
