"""What a worker tells Prometheus, and that dashboard and alarms speak of nothing else."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import yaml
from temporalio.client import Client

from client.door import Door
from client.settings import Settings
from domain import requests as rq
from domain.clockwork import Clockwork
from domain.terms import Stage
from ledger import SqlLedger
from ledger.rows import Programme
from tests.given import OPERATOR, START, founding
from tests.worker.test_worker import Worker, ledger, settings, start
from worker.metrics import NAMES

__all__ = ["ledger", "settings", "start"]

MONITORING = Path(__file__).parents[2] / "docs" / "monitoring"
_NAME = re.compile(r"\b(?:tandem|temporal)_[a-z_]+\b")


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def scraped(port: int, told: str, within: float = 60.0) -> str:
    """What Prometheus would read, once it says this."""
    until = time.monotonic() + within
    page = ""
    while told not in page and time.monotonic() < until:
        try:
            with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
                page = answer.read().decode()
        except URLError:
            page = ""
        time.sleep(0.1)
    assert told in page, page
    return page


def value(page: str, name: str, **labels: str) -> float:
    """The value of the one line of this name with these labels."""
    wanted = [f'{label}="{held}"' for label, held in labels.items()]
    lines = [
        line
        for line in page.splitlines()
        if re.match(rf"{name}(\{{| )", line) and all(held in line for held in wanted)
    ]
    assert len(lines) == 1, lines
    return float(lines[0].rpartition(" ")[2])


def spoken_of() -> set[str]:
    """Every metric that the dashboard and the alarms name."""
    text = (MONITORING / "grafana.json").read_text() + (MONITORING / "alerts.yml").read_text()
    return {name.removesuffix("_bucket") for name in _NAME.findall(text)}


async def test_a_worker_tells_how_the_ledger_stands_and_all_that_dashboard_and_alarms_ask_for(
    start: Callable[..., Worker],
    settings: Settings,
    ledger: SqlLedger,
    client: Client,
) -> None:
    port = _free_port()
    worker = start(TANDEM_METRICS_ADDRESS=f"127.0.0.1:{port}")
    assert worker.says("the worker is ready"), worker.told()
    clockwork = Clockwork(origin=START, anchor=datetime.now(UTC))
    ledger.put_programme(Programme(code="11438", title="T", origin=START, anchor=clockwork.anchor))
    door = Door(client, ledger, clockwork, patience=60)
    await door.found(founding("M-01"))
    await door.request("partnership/M-01", rq.OpenStage(stage=Stage.SCOPING), OPERATOR)
    entries = ledger.checkpoint().size
    page = scraped(port, f'tandem_entries{{service_name="temporal-core-sdk"}} {entries}')
    try:
        tally = ledger.tally()
        assert value(page, "tandem_up") == 1
        assert value(page, "tandem_partnerships_open") == 1
        assert value(page, "tandem_tasks_open") == tally.tasks_open > 0
        assert value(page, "tandem_tasks_overdue") == 0
        assert 0 < value(page, "tandem_task_oldest_seconds") < 300
        assert value(page, "tandem_letters", status="held") == 0
        exported = set(re.findall(r"^# TYPE (\S+)", page, re.MULTILINE))
        assert NAMES.keys() <= exported
        assert spoken_of() <= exported
    finally:
        await client.get_workflow_handle("partnership/M-01").terminate()


def test_dashboard_and_alarms_name_every_figure_of_ours() -> None:
    assert NAMES.keys() <= spoken_of()
    rules = yaml.safe_load((MONITORING / "alerts.yml").read_text())
    page = (MONITORING.parent / "operating.md").read_text()
    for rule in (rule for group in rules["groups"] for rule in group["rules"]):
        assert f"`{rule['alert']}`" in page, "docs/operating.md says of every alarm what to do"


def test_an_address_nobody_can_listen_at_is_told(start: Callable[..., Worker]) -> None:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        worker = start(TANDEM_METRICS_ADDRESS=f"127.0.0.1:{taken.getsockname()[1]}")
        assert worker.process.wait(timeout=60) == 1
    assert "TANDEM_METRICS_ADDRESS: nothing can listen at" in worker.told()
    assert "Traceback" not in worker.told()
