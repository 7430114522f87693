"""What was once decided is decided again by today's code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.workflow import NondeterminismError

from client.replay import replayer
from tests.replay.again import kept, replayed

ROOT = Path(__file__).parents[2]
HISTORIES = dict(kept())


def test_there_are_histories_of_every_kind_of_life() -> None:
    lives = {name.rpartition("-")[0].partition("/")[2] for name in HISTORIES}
    assert {"whole", "interrupted", "silent", "troubled", "pilot", "reporting"} <= lives
    assert {"toured", "together.cluster", "together.partnership"} <= lives


async def test_every_history_replays() -> None:
    assert {name: trouble for name, trouble in (await replayed()).items() if trouble} == {}


@pytest.mark.parametrize("seed", ["1", "2"])
def test_every_history_replays_in_whatever_order_sets_and_hashes_fall(seed: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.replay.again"],
        env={**os.environ, "PYTHONHASHSEED": seed},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert done.returncode == 0, done.stderr
    assert f"{len(HISTORIES)} histories replayed" in done.stdout


@pytest.mark.parametrize("kind", ["EVENT_TYPE_ACTIVITY_TASK_SCHEDULED", "EVENT_TYPE_TIMER_STARTED"])
async def test_a_history_with_a_step_less_does_not(kind: str) -> None:
    """The test would notice: the code does something the history does not have."""
    history = json.loads(next(iter(HISTORIES.values())).to_json())
    gone = next(event for event in history["events"] if event["eventType"] == kind)
    gone["eventType"] = "EVENT_TYPE_MARKER_RECORDED"
    for field in list(gone):
        if field.endswith("EventAttributes"):
            del gone[field]
    gone["markerRecordedEventAttributes"] = {"markerName": "gone", "workflowTaskCompletedEventId": "4"}
    with pytest.raises((NondeterminismError, RuntimeError)):
        await replayer().replay_workflow(WorkflowHistory.from_json("partnership/forged", history))


def test_histories_name_no_machine_and_no_person() -> None:
    for name, history in HISTORIES.items():
        told = history.to_json()
        assert os.uname().nodename not in told, name
        assert str(ROOT) not in told and sys.prefix not in told and "@example" not in told, name
