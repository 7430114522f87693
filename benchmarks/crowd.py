"""Ten thousand open partnerships: how long an approval takes, what the idle engine costs, and a burst (G11, G14).

    .venv/bin/python -m benchmarks.crowd [--quick]

A partnership with an open gate is led there once; its rows are copied by SQL under ten thousand names, and each copy's
workflow starts from its state, as any later chapter does. Approvals of ten of them are timed while those ten are alone,
and of ten others once all are open. Then every copy's first reminder falls due within one minute of programme
time, which passes as real time does; all are waited for, and ledger and mailbox counted.
"""

from __future__ import annotations

import asyncio
import email.parser
import sqlite3
import sys
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

from temporalio.common import SearchAttributePair, TypedSearchAttributes

from benchmarks import measuring
from benchmarks.measuring import Figure, cpu, median, note, percentile, quiet
from benchmarks.places import Engine, Product, engine, folder, product
from benchmarks.templates import CODE, code_of, fill, template
from client.connection import TASK_QUEUE
from domain import requests as rq
from domain.clockwork import Clockwork
from domain.partnership import Partnership
from domain.terms import Stage
from domain.values import Organisation, Side, StakeholderGroup
from tests.given import OPERATOR
from tests.story import Story
from workflows import chapter
from workflows.partnership import PartnershipChapter, PartnershipWorkflow

FEW, MANY = 60, 10_000
MINUTE = 60.0
APPROVALS = 60
_AT_ONCE = 24
_LEAD = 20.0
"""Seconds between the last partnership's start and the first reminder."""
_PATIENCE = 1800.0
"""Seconds after the burst until what has not come counts as missing; the longest wait for quiet before it, too."""


def opened() -> Story:
    """A partnership whose first stage has been opened: its makers owe a report, and will be reminded."""
    story = Story(code=CODE)
    story.opens(Stage.SCOPING)
    return story


async def measure(quick: bool) -> list[Figure]:
    size = FEW if quick else MANY
    few = min(10, size // 4)
    with folder() as home:
        story = opened()
        made = template(home, [story.entries])
        fill(home / "ledger.sqlite", made, 2 * size, spread=False)
        note(f"{2 * size:,} partnerships are on record")
        async with engine(home) as running, product(home, running, filled=home / "ledger.sqlite") as ours:
            crowd = _Crowd(ours, story)
            # beyond `size` lie those that only warm up, and that are asked; their first reminder is far away
            await crowd.start(range(size, size + few), None)
            await crowd.asked(range(size, size + few), few)
            alone = await crowd.asked(range(size, size + few), APPROVALS)
            calibrating = range(size + few, size + max(few * 2, size // 50))
            begun = time.monotonic()
            await crowd.start(calibrating, None)
            # a start is over once its first task has been worked on
            await quiet(running.process.pid, ours.worker.pid, patience=_PATIENCE)
            rate = len(calibrating) / (time.monotonic() - begun)
            burst = time.time() + 1.4 * size / rate + APPROVALS * 0.4 + _LEAD + (5 if quick else 15)
            await crowd.start(range(size), burst)
            await quiet(running.process.pid, ours.worker.pid, patience=_PATIENCE)
            note(f"{size:,} opened, {burst - time.time():.0f} s before the burst")
            idle = await _idle(running, 2 if quick else 10)
            warm = await crowd.asked(range(size, size + few), APPROVALS)
            cold = await crowd.asked(range(size, size + len(calibrating) + few), APPROVALS)
            if time.time() > burst:
                raise RuntimeError("the machine is too slow: the burst began before all was measured")
            await asyncio.sleep(burst - time.time())
            missing, twice, recorded, mailed, seconds = await _burst(ours, size, burst)
    sys.stdout.write(
        f"\na request: {median(alone) * 1000:.0f} ms with {few} open; with {size:,} open {median(warm) * 1000:.0f} ms "
        f"for the same ones and {median(cold) * 1000:.0f} ms for ones not in the worker's cache; "
        f"the idle engine {idle:.1f} % of a core\n"
        f"{size:,} reminders due within a minute: all done after {seconds:.0f} s; written down late by "
        f"{percentile(recorded, 0.5):.1f} s (median), {percentile(recorded, 0.99):.1f} s (p99); "
        f"mailed late by {percentile(mailed, 0.5):.1f} s, {percentile(mailed, 0.99):.1f} s\n"
    )
    how = f"with {size}" if quick else ""
    return [
        Figure("G11 latency", median(warm) / median(alone), how),
        Figure("G11 idle", idle, how),
        Figure("G14 missing", missing, f"lateness p99 {percentile(mailed, 0.99):.0f} s{how and ', ' + how}"),
        Figure("G14 twice", twice, how),
    ]


class _Crowd:
    """Copies of one partnership as workflows."""

    def __init__(self, ours: Product, story: Story) -> None:
        self._ours = ours
        self._told = story.partnership.model_dump_json()
        self._number = len(story.entries)
        due = story.partnership.next_due()
        assert due is not None
        self._due = due
        self._asked = 0

    async def start(self, numbers: range, burst: float | None) -> None:
        """Start these copies; their reminders fall due over a minute from `burst` on, or in four weeks."""
        left = iter(numbers)

        async def client() -> None:
            for number in left:
                after = (
                    29 * 86_400.0 if burst is None else burst + MINUTE * number / len(numbers) - time.time()
                )
                await self._start_one(number, timedelta(seconds=after))

        await asyncio.gather(*(client() for _ in range(_AT_ONCE)))

    async def _start_one(self, number: int, until_due: timedelta) -> None:
        state = Partnership.model_validate_json(self._told.replace(CODE, code_of(number)))
        now = datetime.now(UTC)
        clockwork = Clockwork(origin=self._due - until_due, anchor=now)
        tags = state.tags()
        await self._ours.client.start_workflow(
            PartnershipWorkflow.run,
            PartnershipChapter(
                entity=state.entity, clockwork=clockwork, number=self._number, chapter=2, state=state
            ),
            id=state.entity,
            task_queue=TASK_QUEUE,
            search_attributes=TypedSearchAttributes(
                [
                    SearchAttributePair(chapter.STAGE, tags.stage),
                    SearchAttributePair(chapter.COMPONENT, tags.component),
                    SearchAttributePair(chapter.CLUSTER, tags.cluster),
                    SearchAttributePair(chapter.OVERDUE, tags.overdue),
                    SearchAttributePair(chapter.ENTRY, self._number),
                ]
            ),
        )

    async def asked(self, numbers: range, times: int) -> list[float]:
        """How long so many requests took, one after the other, each of the next of these copies."""
        took = []
        for place in range(times):
            self._asked += 1
            request = rq.Engage(
                organisation=Organisation(
                    code=f"o-{self._asked}", side=Side.EU, group=StakeholderGroup.BUSINESS
                )
            )
            entity = f"partnership/{code_of(numbers[place * 7 % len(numbers)])}"
            begun = time.perf_counter()
            await self._ours.door.request(entity, request, OPERATOR)
            took.append(time.perf_counter() - begun)
        return took


async def _idle(running: Engine, seconds: float) -> float:
    """What share of a core the engine takes while nothing happens, in percent."""
    before = cpu(running.process.pid)
    await asyncio.sleep(seconds)
    return (cpu(running.process.pid) - before) / seconds * 100


async def _burst(ours: Product, size: int, burst: float) -> tuple[int, int, list[float], list[float], float]:
    """Missing, twice, how late each was written down and mailed in seconds, and when the last was done."""
    names = {f"partnership/{code_of(number)}": burst + MINUTE * number / size for number in range(size)}
    until = burst + MINUTE + _PATIENCE
    with sqlite3.connect(ours.settings.home / "ledger.sqlite") as connection:
        query = "SELECT count(*) FROM letters WHERE kind = 'reminder' AND status = 'sent'"
        while connection.execute(query).fetchone()[0] < size and time.time() < until:  # noqa: ASYNC110  # no event
            await asyncio.sleep(0.5)
        done = time.time() - burst
        await asyncio.sleep(2)  # what comes twice may come a moment later
        rows = connection.execute(
            "SELECT entity, at, recorded_at FROM entries WHERE kind = 'reminder_fell'"
        ).fetchall()
        letters = connection.execute(
            "SELECT entity, message_id FROM letters WHERE kind = 'reminder'"
        ).fetchall()
    connection.close()
    written = Counter(entity for entity, _, _ in rows)
    late = [
        (datetime.fromisoformat(recorded) - datetime.fromisoformat(at)).total_seconds()
        for _, at, recorded in rows
    ]
    owner = {message: entity for entity, message in letters if message}
    mailed: Counter[str] = Counter()
    late_mail = []
    for file in (ours.settings.maildir / "new").iterdir():
        message = _message_id(file)
        if message in owner:
            mailed[owner[message]] += 1
            late_mail.append(file.stat().st_mtime - names[owner[message]])
    missing = sum(1 for name in names if not written[name] or not mailed[name])
    twice = sum(1 for name in names if written[name] > 1 or mailed[name] > 1)
    return missing, twice, late, late_mail or [float("nan")], done


def _message_id(file: Path) -> str:
    with file.open("rb") as stream:
        return str(email.parser.BytesHeaderParser().parse(stream)["Message-ID"]).strip()


if __name__ == "__main__":
    measuring.alone(measure)
