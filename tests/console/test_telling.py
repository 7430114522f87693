"""Every event and every task has words of its own."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

from console import docs, sayings, telling
from domain import events as ev
from domain.stages import STEPS
from domain.staging import CONDITIONS
from domain.tasks import tasks_of
from domain.terms import Stage
from tests.console.conftest import Tandem
from tests.given import partnership


def test_every_event_is_told() -> None:
    kinds = get_args(get_args(ev.AnyEvent)[0])
    assert [kind.__name__ for kind in kinds if kind not in {**telling._TOLD, **sayings.TOLD}] == []


def test_every_task_of_a_life_has_words(tandem: Tandem) -> None:
    told = [task["told"] for task in tandem("tasks", "--json").json]
    assert "look into the risk: agreement late" in told
    assert "decide whether to write to the authority: decide G5.review v1 is still open" in told
    assert all(telling.task_words(task.id) for task in tasks_of(partnership()))


def test_a_task_is_told_from_its_id() -> None:
    told = {
        "submit/action_plan/0": "hand in the action plan",
        "decide/G5.review/2/0": "decide G5.review v2",
        "answer/G2/1": "answer the question at G2 v1",
        "advise/G2/1/0": "give advice at G2 v1",
        "successor/focal_point.eu": "name a new EU focal point",
        "successor/team_leader.programme": "name a new team leader",
        "escalation/action_plan": "settle how action plan goes on",
        "attend/ws-1/eu": "answer for one's side to session ws-1",
        "authority/attend/ws-1/eu": "decide whether to write to the authority: "
        "answer for one's side to session ws-1 is still open",
        "dormant": "look into why no session was held",
        "something/else": "something/else",
    }
    assert {task: telling.task_words(task) for task in told} == told


def test_the_lifecycle_page_is_the_one_in_the_docs() -> None:
    kept = Path(__file__).parents[2] / "docs" / "lifecycle.md"
    assert kept.read_text(encoding="utf-8") == docs.lifecycle_page(), "write it anew with `make docs`"


def test_the_lifecycle_page_knows_every_stage_gate_and_condition() -> None:
    page = docs.lifecycle_page()
    for step in STEPS:
        assert f"## {step.stage.words.capitalize()}" in page
        for gate in step.terms.gates:
            assert re.search(rf"^\| {re.escape(gate.code)} \| {re.escape(gate.title)} \|", page, re.MULTILINE)
    assert len(STEPS) == len(Stage)
    assert docs.conditions() == tuple(CONDITIONS)


def test_the_pages_are_written_into_a_folder(tandem: Tandem, tmp_path: Path) -> None:
    assert tandem("docs", "--to", tmp_path).out == f"wrote {tmp_path / 'lifecycle.md'}\n"
    assert (tmp_path / "lifecycle.md").read_text(encoding="utf-8") == tandem("docs", "lifecycle").out
    assert "cannot write" in tandem("docs", "--to", tmp_path / "none").sentence
