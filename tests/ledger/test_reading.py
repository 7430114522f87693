"""What the console asks, answered from the records."""

from __future__ import annotations

import pytest

from ledger import SqlLedger
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
    assert filled.tasks(partnership="C1-02", role="cluster_manager", side="programme") == (late,)
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
