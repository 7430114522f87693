"""`python -m worker`: works until SIGTERM or Ctrl-C, finishes what it has in hand, and ends with status 0."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
import time
from functools import partial

import structlog
from temporalio.client import Client

from client.connection import connect, worker_identity
from client.errands import DoorMessenger, in_scope
from client.settings import Settings, load
from client.troubles import Away, Trouble
from ledger import open_ledger
from ledger.migrating import is_current
from worker.house import Company, ProgrammePost, carrier
from worker.logs import arrange
from worker.metrics import Metrics

log = structlog.get_logger()
_PAUSE = 1.0


async def work(settings: Settings) -> None:
    """Work until told to stop; Trouble where engine or ledger cannot be worked with."""
    until = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(sign, until.set)
    await _ledger_ready(settings, until)
    client = await _engine_ready(settings, until)
    if client is None:
        return
    ledger = open_ledger(settings.database)
    post = ProgrammePost(ledger, carrier(settings), settings)
    messenger = DoorMessenger(client, ledger, partial(in_scope, ledger))
    company = Company(client, ledger, post, messenger, settings.build)
    looking = asyncio.create_task(Metrics(client, ledger).go_on()) if settings.metrics_address else None
    try:
        await company.work(until)
    finally:
        if looking is not None:
            looking.cancel()
    ledger.close()


async def _engine_ready(settings: Settings, until: asyncio.Event) -> Client | None:
    """Wait for the engine for a while: both may have been started again together. None where told to stop."""
    deadline = time.monotonic() + settings.patience
    while not until.is_set():
        try:
            return await connect(settings, identity=worker_identity(os.getpid()))
        except Away:
            if time.monotonic() > deadline:
                raise
            log.warning("waiting for the engine")
            await asyncio.sleep(_PAUSE)
    return None


async def _ledger_ready(settings: Settings, until: asyncio.Event) -> None:
    """Wait for the ledger's database for a while; Trouble where its tables are not those of this version."""
    url = settings.database
    deadline = time.monotonic() + settings.patience
    while not until.is_set():
        try:
            current = await asyncio.to_thread(is_current, url)
        except ValueError as error:
            raise Trouble(f"TANDEM_DATABASE_URL: {error}") from error
        except Exception as error:
            # whatever the database's driver says; only its kind, because the rest may hold the address
            if time.monotonic() > deadline:
                raise Trouble(f"the ledger's database does not answer ({type(error).__name__})") from error
            log.warning("waiting for the ledger's database", error=type(error).__name__)
            await asyncio.sleep(_PAUSE)
            continue
        if not current:
            raise Trouble(
                "the ledger's tables are not those of this version; bring them up to date with `tandem prepare`"
            )
        return


def main() -> int:
    try:
        settings = load()
        arrange(settings)
        asyncio.run(work(settings))
    except Trouble as trouble:
        sys.stderr.write(f"tandem: {trouble.sentence}\n")
        return 1
    log.info("the worker has stopped")
    return 0


if __name__ == "__main__":
    status = main()
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    # The engine's library now and then crashes while the interpreter ends, after a clean stop (1 in 4 under load):
    # so a moment for its threads, and then no interpreter's end at all.
    time.sleep(0.2)
    os._exit(status)
