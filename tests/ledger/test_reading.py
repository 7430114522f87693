"""What the console asks, answered from the records."""

from __future__ import annotations

import pytest

from ledger import SqlLedger
from ledger.rows import OpenTask
from tests.given import MANAGER, OPERATOR, on
from tests.ledger.lives import entries

ONE, TWO = "partnership/C1-01", "partnership/C1-02"


@pytest.fixture
def filled(ledger: SqlLedger) -> SqlLedger:
    """One partnership up to its approved scoping, another one whose scoping report is late."""
    ledger.record(entries("C1-01"))
    ledger.record(entries("C1-02")[:4])
    return ledger


def test_partnerships_by_what_they_are_and_how_they_stand(filled: SqlLedger) -> None:
    def codes(**wanted: object) -> list[str]:
        return [record.code for record in filled.partnerships(**wanted)]  # type: ignore[arg-type]  # as asked

    assert codes() == codes(programme="11438") == codes(component="C1") == ["C1-01", "C1-02"]
    assert codes(cluster="INN", status="running") == ["C1-01", "C1-02"]
    assert codes(programme="other") == codes(cluster="ECO") == codes(status="on_hold") == []
    assert codes(overdue=True) == codes(stage="scoping") == ["C1-02"]
    assert codes(overdue=False) == ["C1-01"]
    assert codes(at_risk=True) + codes(at_risk=False) == ["C1-01", "C1-02"]
    assert filled.partnership("C9-99") is None


def test_who_owes_what_since_when(filled: SqlLedger) -> None:
    tasks = filled.tasks()
    assert {task.code for task in tasks} == {"C1-01", "C1-02"}
    dated = [task.due for task in tasks if task.due is not None]
    assert dated == sorted(dated)
    assert [task.due is None for task in tasks] == sorted(task.due is None for task in tasks)
    (late,) = filled.tasks(overdue=True)
    assert (late.code, late.owner_role, late.owners) == ("C1-02", "cluster_manager", (MANAGER.person,))
    assert filled.tasks(owner=MANAGER.person) == (late,)
    assert late not in filled.tasks(owner=OPERATOR.person) != ()
    assert filled.tasks(entity="partnership/C1-02", role="cluster_manager", side="programme") == (late,)
    assert filled.tasks(programme="other") == filled.tasks(owner="p-nobody") == ()
    assert late.due is not None and late in filled.tasks(due_by=late.due)
    assert late not in filled.tasks(due_by=on(2021, 3, 3))


def test_gates_in_the_order_they_were_opened(filled: SqlLedger) -> None:
    gates = filled.gates(ONE)
    assert [gate.opened for gate in gates] == sorted(gate.opened for gate in gates)
    assert filled.gates(is_open=True) + filled.gates(is_open=False) == filled.gates() == gates
    assert filled.gates(TWO) == ()


def test_agreements_and_entities(filled: SqlLedger) -> None:
    assert [record.entity for record in filled.agreements()] == [ONE, TWO]
    assert filled.agreement("partnership/none") is None
    assert filled.entities() == {ONE: len(entries()), TWO: 4}
    assert (filled.last_number(TWO), filled.last_number("partnership/none")) == (4, 0)


def test_history_from_a_number_on(filled: SqlLedger) -> None:
    assert [filed.entry.number for filed in filled.history(TWO, since=2)] == [3, 4]
    assert filled.history("partnership/none") == ()
    assert filled.state("partnership/none") is None


def test_the_board_counts(filled: SqlLedger) -> None:
    for letter in filled.letters_waiting(ONE, 1000):
        filled.mark_sent(letter.key, "<x@tandem>", letter.at)
    board = filled.board("11438")
    assert board == filled.board()
    gates = filled.gates()
    assert board.partnerships == 2 and board.by_status == {"running": 2}
    assert board.gates_settled == sum(board.by_outcome.values()) == len(gates)
    assert board.gates_in_time == sum(gate.in_time is True for gate in gates)
    assert board.gates_silent == sum(gate.silent for gate in gates)
    assert board.tasks_open == len(filled.tasks()) and board.tasks_overdue == 1
    assert sum(board.letters_sent.values()) == len(filled.letters(ONE))
    assert board.reminders_sent >= board.letters_sent["reminder"] > 0
    assert board.letters_waiting == filled.waiting(TWO)
    assert board.entries == len(entries()) + 4
    assert filled.board("other").partnerships == 0


@pytest.mark.parametrize("size", [1, 2, 3, 50])
def test_pages_of_tasks_put_together_are_all_tasks(filled: SqlLedger, size: int) -> None:
    found: list[OpenTask] = []
    while page := filled.task_page(size, after=found[-1] if found else None):
        assert len(page) <= size
        found += page
    assert {(task.entity, task.task) for task in found} == {
        (task.entity, task.task) for task in filled.tasks()
    }
    assert len(found) == len(filled.tasks())
    assert [task.due is None for task in found] == sorted(task.due is None for task in found)
    dated = [task.due for task in found if task.due is not None]
    assert dated == sorted(dated)


def test_a_page_of_the_board_goes_on_where_the_one_before_ended(filled: SqlLedger) -> None:
    whole = filled.board_lines()
    assert [line.record.code for line in whole] == ["C1-01", "C1-02"]
    (first,) = filled.board_lines(limit=1)
    (second,) = filled.board_lines(limit=5, after=first.record.code)
    assert (first, second) == whole
    assert filled.board_lines(limit=1, after="C1-02") == filled.board_lines("other") == ()


def test_a_line_of_the_board_counts_what_is_on_file(filled: SqlLedger) -> None:
    sent = [letter for letter in filled.letters(ONE) if letter.letter.kind == "welcome"]
    reminder = next(letter for letter in filled.letters(ONE) if letter.letter.kind == "reminder")
    for filed in (*sent, reminder):
        filled.mark_sent(filed.letter.key, f"<{filed.letter.number}@localhost>", on(2021, 3, 2))
    line = filled.board_lines()[0]
    assert (line.letters, line.reminders) == (len(sent), 1) and sent
    gates = filled.gates(ONE)
    assert line.gates_settled == sum(1 for gate in gates if gate.settled)
    assert line.gates_open == sum(1 for gate in gates if gate.settled is None)
    assert line.gates_in_time == sum(1 for gate in gates if gate.in_time)
