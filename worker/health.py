"""`python -m worker.health`: whether the engine hears from the worker of this machine, as an exit status."""

from __future__ import annotations

import asyncio
import socket
import sys
from datetime import UTC, datetime, timedelta

from temporalio.service import RPCError

from activities.correspondence import QUEUE as LETTERS_QUEUE
from client.connection import TASK_QUEUE, connect, pollers
from client.settings import Settings, load
from client.troubles import Trouble

QUIET = timedelta(minutes=3)
"""A worker asks for work at least every minute or so; after this long without a word something is wrong."""


async def look(settings: Settings, host: str) -> None:
    """Trouble, in a sentence, where no worker on this host asks the engine for every kind of work."""
    client = await connect(settings, identity="health")
    for queue, activities in ((TASK_QUEUE, False), (LETTERS_QUEUE, True)):
        try:
            asked = await pollers(client, queue, activities=activities)
        except RPCError as error:
            raise Trouble(f"the engine does not say who works: {error.message}") from error
        heard = max((last for name, last in asked if name.endswith(f"@{host}")), default=None)
        if heard is None or datetime.now(UTC) - heard > QUIET:
            since = f" since {heard:%H:%M:%S} UTC" if heard else ""
            raise Trouble(f"no worker of {host} has asked for work of the queue {queue!r}{since}")


def main() -> int:
    try:
        asyncio.run(look(load(), socket.gethostname()))
    except Trouble as trouble:
        sys.stderr.write(f"tandem: {trouble.sentence}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
