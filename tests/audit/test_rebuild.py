"""Records, snapshots and letters are what the entries say, or the difference is named and mended."""

from __future__ import annotations

import pytest
from sqlalchemy import text as sql

from audit import rebuild, verify
from ledger import SqlLedger, open_ledger
from ledger.rows import LetterStatus
from tests.ledger.lives import entries

ONE = "partnership/C1-01"


@pytest.fixture
def filled(ledger: SqlLedger) -> SqlLedger:
    ledger.record(entries("C1-01")[:30])
    ledger.record(entries("C1-02")[:4])
    return ledger


def run(ledger: SqlLedger, statement: str) -> None:
    with ledger._writing() as connection:
        assert connection.exec_driver_sql(statement).rowcount == 1


def test_nothing_differs_in_an_untouched_ledger(ledger: SqlLedger) -> None:
    assert rebuild(ledger).clean
    for number in range(1, len(entries()) + 1):
        ledger.record(entries()[number - 1 : number])
        report = rebuild(ledger)
        assert report.clean and report.entries == number, report.problems


DIFFERENCES = (
    (
        "UPDATE partnerships SET overdue = 7 WHERE code = 'C1-01'",
        f"{ONE}: partnership: overdue is 7, by the entries it is ",
    ),
    (
        "UPDATE partnerships SET status = 'merged' WHERE code = 'C1-01'",
        f"{ONE}: partnership: status is merged, by the entries it is running",
    ),
    ("DELETE FROM partnerships WHERE code = 'C1-01'", f"{ONE}: the row of partnership is missing"),
    (
        "UPDATE gates SET outcome = 'approved' WHERE gate = 'G2/1'",
        f"{ONE}: gate G2/1: outcome is approved, by the entries it is returned",
    ),
    ("DELETE FROM gates WHERE gate = 'G2/1'", f"{ONE}: the row of gate G2/1 is missing"),
    (
        "UPDATE gates SET gate = 'G9/1' WHERE gate = 'G2/1'",
        f"{ONE}: the row of gate G9/1 has no entries behind it",
    ),
    (
        "UPDATE tasks SET owners = '[\"p-forger\"]' WHERE entity = 'partnership/C1-02' ",
        "owners is ['p-forger']",
    ),
    (
        "UPDATE tasks SET overdue = false WHERE entity = 'partnership/C1-02'",
        "overdue is False, by the entries it is True",
    ),
    (
        "UPDATE agreements SET signed = '2021-09-01 00:00:00+00' WHERE entity = 'partnership/C1-02'",
        "partnership/C1-02: agreement: signed is 2021-09-01 00:00:00+00:00, by the entries it is None",
    ),
    (
        "UPDATE states SET number = 29 WHERE entity = 'partnership/C1-01'",
        f"{ONE}: its snapshot is of entry 29, the last entry is 30",
    ),
    (
        'UPDATE states SET snapshot = replace(snapshot, \'"programme":"11438"\', \'"programme":"x"\') '
        "WHERE entity = 'partnership/C1-01'",
        f"{ONE}: its snapshot differs from the entries in programme",
    ),
    (
        "UPDATE states SET snapshot = '{' WHERE entity = 'partnership/C1-01'",
        f"{ONE}: the snapshot cannot be read",
    ),
    ("DELETE FROM states WHERE entity = 'partnership/C1-01'", f"{ONE}: its snapshot is missing"),
    (
        "DELETE FROM letters WHERE key = 'partnership/C1-01/2/asked/p-manager'",
        f"{ONE}: the letter partnership/C1-01/2/asked/p-manager (asked) of entry 2 is not on file",
    ),
    (
        "UPDATE letters SET number = 99 WHERE key = 'partnership/C1-01/2/asked/p-manager'",
        f"{ONE}: the letter partnership/C1-01/2/asked/p-manager is of entry 99, which does not exist",
    ),
    (
        "UPDATE partnerships SET entity = 'partnership/C9-99' WHERE code = 'C1-02'",
        "partnership/C9-99: it has rows, a snapshot or letters, and no entries",
    ),
)


def test_differences_are_named_and_mended(filled: SqlLedger) -> None:
    assert rebuild(filled).clean
    for statement, sentence in DIFFERENCES:
        run(filled, statement)
        report = rebuild(filled, check=True)
        assert any(sentence in problem for problem in report.problems), (statement, report.problems)
        assert rebuild(filled, check=False).problems == report.problems, statement
        assert rebuild(filled).clean, statement
    assert verify(filled).clean


def test_a_cell_that_is_no_value_at_all_is_named_and_mended(filled: SqlLedger) -> None:
    run(filled, "UPDATE tasks SET owners = '[' WHERE entity = 'partnership/C1-02'")
    (problem,) = rebuild(filled).problems
    assert problem.startswith("partnership/C1-02: a cell of table tasks cannot be read: ")
    rebuild(filled, check=False)
    assert rebuild(filled).clean


def test_everything_is_made_anew_from_the_entries_alone(filled: SqlLedger) -> None:
    before = (filled.partnerships(), filled.tasks(), filled.gates(), filled.agreements())
    letters = filled.letters()
    with filled._writing() as connection:
        for table in ("partnerships", "tasks", "gates", "agreements", "states", "letters"):
            connection.execute(sql(f"DELETE FROM {table}"))
    assert not rebuild(filled, check=False).clean
    assert rebuild(filled).clean
    assert (filled.partnerships(), filled.tasks(), filled.gates(), filled.agreements()) == before
    mended = filled.letters()
    assert [filed.letter for filed in mended] == [filed.letter for filed in letters]
    assert {filed.status for filed in mended} == {LetterStatus.HELD}
    assert filled.letters_waiting(ONE) == ()


def test_sent_letters_are_left_alone(filled: SqlLedger) -> None:
    first, second = filled.letters_waiting(ONE, 2)
    filled.mark_sent(first.key, "<x@tandem>", first.at)
    run(filled, f"DELETE FROM letters WHERE key = '{second.key}'")
    rebuild(filled, check=False)
    sent, mended = filled.letter(first.key), filled.letter(second.key)
    assert sent is not None and sent.status is LetterStatus.SENT
    assert mended is not None and mended.status is LetterStatus.HELD


def test_a_rebuilt_ledger_goes_on(filled: SqlLedger) -> None:
    with filled._writing() as connection:
        connection.execute(sql("DELETE FROM states"))
        connection.execute(sql("DELETE FROM tasks"))
    rebuild(filled, check=False)
    filled.record(entries())
    assert rebuild(filled).clean


def test_entries_that_cannot_be_folded_are_a_matter_for_verify(sqlite_url: str) -> None:
    opened = open_ledger(sqlite_url)
    opened.record(entries())
    with opened._writing() as connection:
        connection.execute(sql("DROP TRIGGER entries_refuse_update"))
        connection.execute(sql("UPDATE entries SET body = '{}' WHERE position = 4"))
    with pytest.raises(
        ValueError, match=r"position 4 \(partnership/C1-01 number 4\) cannot be folded; verify"
    ):
        rebuild(opened)
    opened.close()
