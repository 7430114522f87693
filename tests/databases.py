"""Both databases for tests: SQLite in a file, PostgreSQL from Docker or from this machine's own binaries.

A test module's conftest imports the fixtures it wants from here. One PostgreSQL server serves the whole run,
started when the first test asks for it; each test gets a database of its own, made from a migrated template.
"""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import count
from pathlib import Path
from typing import NoReturn

import psycopg
import pytest

from ledger.store import SqlLedger, migrate, open_ledger

_NUMBERS = count(1)
_TEMPLATE = "tandem_template"
_said: set[str] = set()


@dataclass(frozen=True)
class Server:
    """A PostgreSQL server; `address` makes the address of one of its databases from the database's name."""

    address: Callable[[str], str]

    def run(self, statement: str) -> None:
        with psycopg.connect(self.address("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())

    def fresh(self, template: str = "template0") -> str:
        """The address of a new database."""
        name = f"tandem_{os.getpid()}_{next(_NUMBERS)}"
        self.run(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.address(name)

    def drop(self, address: str) -> None:
        name = psycopg.conninfo.conninfo_to_dict(address)["dbname"]
        self.run(f'DROP DATABASE "{name}" WITH (FORCE)')


class Unreachable(Exception):
    """There is no PostgreSQL to test on; the sentence says what was looked for."""


def _docker_answers() -> bool:
    docker = shutil.which("docker")
    if docker is None:
        return False
    try:
        return subprocess.run([docker, "info"], capture_output=True, timeout=20).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def _from_docker() -> Server | None:
    """A server in a container; None, with the reason on the screen, where the engine cannot start one."""
    from testcontainers.community.postgres import PostgresContainer  # only where there is a Docker engine

    container = PostgresContainer("postgres:17-alpine", driver=None)
    try:
        container.start()
    except Exception as error:  # whatever keeps an engine from it (no image, no network), binaries may do
        print(f"\nDocker answers and starts no PostgreSQL: {error}", file=sys.__stderr__)
        return None
    atexit.register(container.stop)
    base = container.get_connection_url().rpartition("/")[0]
    return Server(lambda name: f"{base}/{name}")


def binaries() -> Path | None:
    """The folder of the newest PostgreSQL on this machine."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parent.parent.name)
    )
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


def as_somebody() -> tuple[str, ...]:
    """PostgreSQL refuses to run as root; then it runs as somebody with fewer rights."""
    if os.geteuid() != 0:
        return ()
    if shutil.which("runuser") is None:
        raise Unreachable(
            "PostgreSQL does not run as root, and runuser is not there to run it as another user"
        )
    for user in ("postgres", "nobody"):
        if subprocess.run(["id", "-u", user], capture_output=True).returncode == 0:
            return ("runuser", "-u", user, "--")
    raise Unreachable("PostgreSQL does not run as root, and there is no user postgres or nobody")


_HASTY = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"
"""Nothing in tests outlives the run, and every fresh database would wait for the disk."""


def from_binaries(settings: str = _HASTY) -> Server:
    """A server of this machine's own binaries, which ends with the run; Unreachable where there are none."""
    found = binaries()
    if found is None:
        raise Unreachable("no Docker engine answers, and no initdb is in /usr/lib/postgresql or on the path")
    somebody = as_somebody()
    folder = Path(tempfile.mkdtemp(prefix="tandem-pg-"))
    if somebody:
        shutil.chown(folder, somebody[2])
    data = folder / "data"

    def run(*command: str) -> None:
        done = subprocess.run([*somebody, *command], capture_output=True, text=True, cwd=folder, timeout=60)
        if done.returncode != 0:
            raise Unreachable(f"{Path(command[0]).name} failed: {done.stderr.strip() or done.stdout.strip()}")

    try:
        run(
            str(found / "initdb"),
            "-D",
            str(data),
            "-U",
            "tandem",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--no-sync",
        )
        place = f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c max_connections=60"
        control = str(found / "pg_ctl")
        # the server inherits the pipes of pg_ctl unless it has a log of its own
        run(control, "-D", str(data), "-l", str(folder / "log"), "-o", f"{settings} {place}", "-w", "start")
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise

    def stop() -> None:
        subprocess.run(
            [*somebody, control, "-D", str(data), "-m", "immediate", "stop"],
            capture_output=True,
            cwd=folder,
            timeout=60,
        )
        shutil.rmtree(folder, ignore_errors=True)

    atexit.register(stop)
    return Server(lambda name: f"postgresql://tandem@/{name}?host={folder}")


@cache
def _server() -> Server | str:
    """The server of this run, or the sentence that says why there is none."""
    try:
        server = (_from_docker() if _docker_answers() else None) or from_binaries()
    except Unreachable as error:
        return str(error)
    server.run(f'CREATE DATABASE "{_TEMPLATE}" TEMPLATE template0')
    migrate(server.address(_TEMPLATE))
    return server


def _server_or_skip() -> Server:
    server = _server()
    if isinstance(server, Server):
        return server
    not_tested(server)


def not_tested(why: str) -> NoReturn:
    """Skip a test that needs PostgreSQL, loudly; where everything is to be tested, fail it."""
    sentence = f"NOT TESTED ON POSTGRESQL: {why}"
    if os.environ.get("TANDEM_CI"):
        pytest.fail(sentence, pytrace=False)
    _said.add(sentence)
    pytest.skip(sentence)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say at the end of the run, in red, what it could not test; once, whichever conftest asks."""
    while _said:
        terminalreporter.section(_said.pop(), sep="!", red=True, bold=True)


@cache
def _migrated_file() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="tandem-sqlite-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    migrate(f"sqlite:///{folder}/template.db")
    return folder / "template.db"


def _sqlite_address(folder: Path) -> str:
    path = folder / "ledger.db"
    shutil.copy(_migrated_file(), path)
    return f"sqlite:///{path}"


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The address of a fresh, migrated ledger in SQLite."""
    return _sqlite_address(tmp_path)


@pytest.fixture
def postgresql_url() -> Iterator[str]:
    """The address of a fresh, migrated ledger in PostgreSQL."""
    server = _server_or_skip()
    address = server.fresh(_TEMPLATE)
    yield address
    server.drop(address)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of a fresh, migrated ledger; the test runs once on each database."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without any tables; the test runs once on each database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/empty.db"
        return
    server = _server_or_skip()
    address = server.fresh()
    yield address
    server.drop(address)


@pytest.fixture
def ledger(database_url: str) -> Iterator[SqlLedger]:
    """A fresh ledger; the test runs once on each database."""
    opened = open_ledger(database_url, code="0.0.0-test")
    yield opened
    opened.close()
