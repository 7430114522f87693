"""Replays every kept history: `python -m tests.replay.again`; says which do not replay, and ends with 1 then."""

from __future__ import annotations

import asyncio
import gzip
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from temporalio.client import WorkflowHistory

from client.replay import replayer

KEPT = Path(__file__).parent / "histories"


def kept() -> Iterator[tuple[str, WorkflowHistory]]:
    """Every history that is kept, by version, life and run."""
    for file in sorted(KEPT.glob("*/*.json.gz")):
        name = f"{file.parent.name}/{file.name.removesuffix('.json.gz')}"
        text = gzip.decompress(file.read_bytes()).decode()
        yield name, WorkflowHistory.from_json(name.replace("/", "-"), text)


async def replayed() -> dict[str, str]:
    """What each history did not replay with; nothing where it did."""
    names, histories = zip(*kept(), strict=True)

    async def all_of_them() -> AsyncIterator[WorkflowHistory]:
        for history in histories:
            yield history

    results = await replayer().replay_workflows(all_of_them(), raise_on_replay_failure=False)
    failures = results.replay_failures
    troubles = (failures.get(history.run_id) for history in histories)
    return {name: str(trouble) if trouble else "" for name, trouble in zip(names, troubles, strict=True)}


def main() -> int:
    found = asyncio.run(replayed())
    for name, trouble in found.items():
        if trouble:
            sys.stderr.write(f"{name}: {trouble}\n")
    sys.stdout.write(f"{len(found)} histories replayed\n")
    return 1 if any(found.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
