"""What a worker tells Prometheus, beside what the engine's library tells of itself at the same address."""

from __future__ import annotations

import asyncio

import structlog
from temporalio.client import Client
from temporalio.common import MetricGauge, MetricGaugeFloat
from temporalio.runtime import Runtime
from temporalio.service import RPCError

from client.pulse import Pulse, distance, failing, pulse
from ledger import SqlLedger

EVERY = 15.0
"""Seconds between two looks; each is a handful of counting queries."""

NAMES = {
    "tandem_entries": "Entries on record.",
    "tandem_partnerships_open": "Partnerships that have not ended.",
    "tandem_tasks_open": "Tasks somebody owes.",
    "tandem_tasks_overdue": "Tasks whose last day is over.",
    "tandem_task_oldest_seconds": "For how long the task that waits longest has waited.",
    "tandem_letters": "Letters by status.",
    "tandem_letter_lateness_seconds": "For how long the letter that waits longest to go out has waited.",
    "tandem_engine_distance": "By how many open partnerships ledger and engine differ; 0 when level.",
    "tandem_failing_entities": "Entities whose workflow tasks fail again and again.",
    "tandem_up": "1 where ledger and engine could both be asked at the last look, else 0.",
}

log = structlog.get_logger()


class Metrics:
    """Looks every few seconds and sets its gauges; a look that fails shows in `tandem_up` and harms nothing."""

    def __init__(self, client: Client, ledger: SqlLedger) -> None:
        self._client = client
        self._ledger = ledger
        meter = Runtime.default().metric_meter
        self._whole: dict[str, MetricGauge] = {}
        self._exact: dict[str, MetricGaugeFloat] = {}
        for name, told in NAMES.items():
            if name.endswith("_seconds"):
                self._exact[name] = meter.create_gauge_float(name, told)
            else:
                self._whole[name] = meter.create_gauge(name, told)

    async def look(self) -> None:
        """Ask once and set all gauges."""
        try:
            now = await asyncio.to_thread(pulse, self._ledger)
            apart = await distance(self._client, now.partnerships_open)
            broken = len(await failing(self._client))
        except RPCError as error:
            self._away(error.message)
        except (
            Exception
        ) as error:  # whatever the database's driver says; only its kind, the rest may hold an address
            self._away(type(error).__name__)
        else:
            self._show(now, apart, broken)

    async def go_on(self) -> None:
        """Look again and again until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(EVERY)

    def _away(self, why: str) -> None:
        log.warning("no figures for the metrics this time", because=why)
        self._whole["tandem_up"].set(0)

    def _show(self, now: Pulse, apart: int, broken: int) -> None:
        for name, value in (
            ("tandem_entries", now.entries),
            ("tandem_partnerships_open", now.partnerships_open),
            ("tandem_tasks_open", now.tasks_open),
            ("tandem_tasks_overdue", now.tasks_overdue),
            ("tandem_engine_distance", abs(apart)),
            ("tandem_failing_entities", broken),
            ("tandem_up", 1),
        ):
            self._whole[name].set(value)
        self._exact["tandem_task_oldest_seconds"].set(now.task_oldest)
        self._exact["tandem_letter_lateness_seconds"].set(now.letter_lateness)
        for status, count in now.letters.items():
            self._whole["tandem_letters"].set(count, {"status": status})
