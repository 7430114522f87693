"""What goes on record goes there whole, in order and once."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert
from sqlalchemy import text as sql

from activities.ports import Ledger, Recorded
from audit import rebuild, verify
from domain import entities
from domain.values import Refusal, Role, Side
from ledger import SqlLedger, open_ledger
from ledger.chain import GENESIS, Checkpoint, canonical, digest
from ledger.rows import DifferentEntry, LetterStatus, MissingEntry
from ledger.tables import gates
from tests.given import OPERATOR, actor, founding, on, text
from tests.ledger.lives import batches, entries

ENTITY = "partnership/C1-01"


def counts(ledger: SqlLedger) -> dict[str, int]:
    names = ("entries", "states", "letters", "partnerships", "gates", "tasks", "agreements")
    with ledger.evidence() as evidence:
        run = evidence._connection.execute
        return {name: run(sql(f"SELECT count(*) FROM {name}")).scalar_one() for name in names}


def record_all(ledger: SqlLedger, *codes: str) -> None:
    for code in codes or ("C1-01",):
        for batch in batches(code):
            ledger.record(batch)


def test_is_the_ledger_that_activities_ask_for(ledger: SqlLedger) -> None:
    port: Ledger = ledger
    answer = port.record(batches()[0])
    newest = ledger.checkpoint()
    assert answer == Recorded(
        number=1,
        letters_waiting=bool(ledger.waiting(ENTITY)),
        size=newest.size,
        head=newest.head,
        code=ledger.code,
    )
    port.record(batches()[1])
    assert port.record(batches()[0]).head == answer.head  # told again, it is where it was


def test_an_empty_batch_changes_nothing(ledger: SqlLedger) -> None:
    ledger.record(())
    assert ledger.checkpoint() == Checkpoint(size=0, head=GENESIS)
    assert ledger.checkpoint_line() == ""


def test_a_whole_life_is_on_record_with_everything_that_follows_from_it(ledger: SqlLedger) -> None:
    record_all(ledger)
    whole = entries()
    assert ledger.entries(ENTITY) == whole
    assert [filed.position for filed in ledger.history(ENTITY)] == list(range(1, len(whole) + 1))
    state = entities.fold(ENTITY, [entry.event for entry in whole])
    assert ledger.state(ENTITY) == state
    records = entities.records_of(state)
    assert ledger.partnership("C1-01") == records.partnership
    assert sorted(ledger.gates(ENTITY), key=lambda gate: gate.gate) == sorted(
        records.gates, key=lambda gate: gate.gate
    )
    told = {task.task: task.model_dump() for task in records.tasks}
    assert {task.task: task.model_dump(exclude={"code"}) for task in ledger.tasks()} == told
    assert ledger.agreement(ENTITY) == records.agreement
    assert ledger.waiting(ENTITY) == len(ledger.letters(ENTITY)) > 10


def test_the_body_holds_every_field_in_canonical_form_and_is_what_is_hashed(ledger: SqlLedger) -> None:
    record_all(ledger)
    before = GENESIS
    with ledger.evidence() as evidence:
        for row, entry in zip(evidence.entries(), entries(), strict=True):
            body = json.loads(row.body)
            assert canonical(body) == row.body
            assert row.hash == digest(row.body.encode())
            assert row.prev == body["prev"] == before
            before = row.hash
            assert body["event"] == entry.event.model_dump(mode="json")
            assert (body["position"], body["entity"], body["number"]) == (row.position, ENTITY, entry.number)
            assert (body["kind"], body["at"]) == (entry.event.kind, body["event"]["at"])
            assert (body["request"], body["code"]) == (entry.request, "0.0.0-test")
    assert ledger.checkpoint() == Checkpoint(size=len(entries()), head=before)


def test_the_same_batch_twice_is_once(ledger: SqlLedger) -> None:
    record_all(ledger)
    stored, newest = counts(ledger), ledger.checkpoint()
    record_all(ledger)
    again = ledger.record(entries())
    assert (again.number, again.letters_waiting) == (len(entries()), True)
    assert (counts(ledger), ledger.checkpoint()) == (stored, newest)


def test_a_batch_of_which_a_part_is_on_record_adds_the_rest(ledger: SqlLedger) -> None:
    whole = entries()
    ledger.record(whole[:10])
    assert ledger.record(whole[5:]).number == len(whole)
    assert ledger.entries(ENTITY) == whole
    assert verify(ledger).clean and rebuild(ledger).clean


def test_one_batch_or_many_give_the_same_records(ledger: SqlLedger) -> None:
    ledger.record(entries())
    in_one = (ledger.tasks(), ledger.gates(), [filed.letter for filed in ledger.letters()])
    record_all(ledger, "C1-02")
    assert len(ledger.gates("partnership/C1-02")) == len(in_one[1])
    assert len(ledger.letters("partnership/C1-02")) == len(in_one[2])


@pytest.mark.parametrize(
    "change",
    [
        {"recorded_at": on(2030, 1, 1)},
        {"request": "another"},
        {"event": founding(ends=on(2024, 6, 30))},
    ],
)
def test_another_entry_under_a_number_on_record_is_refused(ledger: SqlLedger, change: dict[str, Any]) -> None:
    whole = entries()
    ledger.record(whole[:3])
    stored, newest = counts(ledger), ledger.checkpoint()
    other = (whole[0].model_copy(update=change), *whole[1:5])
    with pytest.raises(DifferentEntry, match=r"another entry is on record under number 1 "):
        ledger.record(other)
    assert (counts(ledger), ledger.checkpoint()) == (stored, newest)


def test_a_gap_is_refused(ledger: SqlLedger) -> None:
    whole = entries()
    with pytest.raises(MissingEntry, match="entry 2 cannot be recorded, the last on record is 0"):
        ledger.record(whole[1:3])
    ledger.record(whole[:3])
    with pytest.raises(MissingEntry, match="entry 5 cannot be recorded, the last on record is 3"):
        ledger.record(whole[4:6])
    with pytest.raises(MissingEntry, match="entry 6 does not follow 4 in its batch"):
        ledger.record((whole[3], whole[5]))
    assert counts(ledger)["entries"] == 3


def test_a_batch_is_of_one_entity(ledger: SqlLedger) -> None:
    with pytest.raises(ValueError, match="a batch is of one entity"):
        ledger.record((entries()[0], entries("C1-02")[1]))


@pytest.mark.parametrize("broken", ["letters_for", "records_of", "snapshot"])
def test_when_what_follows_cannot_be_stored_the_entry_is_not_either(
    ledger: SqlLedger, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    whole = entries()
    ledger.record(whole[:3])
    stored, newest = counts(ledger), ledger.checkpoint()

    def fails(*_: object) -> None:
        raise RuntimeError("ink ran out")

    monkeypatch.setattr(entities, broken, fails)
    with pytest.raises(RuntimeError, match="ink ran out"):
        ledger.record(whole[3:6])
    monkeypatch.undo()
    assert (counts(ledger), ledger.checkpoint()) == (stored, newest)
    ledger.record(whole[3:6])
    assert verify(ledger).clean and rebuild(ledger).clean


def test_a_letter_that_cannot_be_stored_takes_its_entry_along(
    ledger: SqlLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same as above, with the database refusing instead of the domain."""
    whole = entries()
    letters_for = entities.letters_for

    def nameless(*asked: Any) -> tuple[entities.Letter, ...]:
        return tuple(letter.model_copy(update={"recipient": None}) for letter in letters_for(*asked))

    monkeypatch.setattr(entities, "letters_for", nameless)
    with pytest.raises(Exception, match=r"(?i)not.null"):
        ledger.record(whole)
    assert set(counts(ledger).values()) == {0}


@pytest.mark.parametrize(
    "lost",
    [
        "DELETE FROM states",
        "UPDATE states SET snapshot = '{'",
        "UPDATE states SET snapshot = '{}'",
        "UPDATE states SET number = number - 1",
        # an older version knew less of the same entries
        "UPDATE states SET code = '0.0.0-older', snapshot = replace(snapshot, 'Hangzhou', 'Yangzhou')",
    ],
)
def test_without_a_snapshot_to_go_by_a_state_is_folded_from_the_entries(ledger: SqlLedger, lost: str) -> None:
    whole = entries()
    ledger.record(whole[:-2])
    with ledger._writing() as connection:
        connection.execute(sql(lost))
    assert ledger.state(ENTITY) == entities.fold(ENTITY, [entry.event for entry in whole[:-2]])
    ledger.record(whole)
    assert rebuild(ledger).clean


def test_entries_that_no_entity_can_begin_with_are_refused(ledger: SqlLedger) -> None:
    second = entries()[1]
    with pytest.raises(ValueError, match="founds nothing"):
        ledger.record((second.model_copy(update={"number": 1}),))
    assert counts(ledger)["entries"] == 0


def test_writers_of_different_entities_wait_for_each_other(ledger: SqlLedger) -> None:
    codes = [f"C1-{number:02}" for number in range(1, 7)]
    for code in codes:
        batches(code)
    with ThreadPoolExecutor(len(codes)) as pool:
        for done in [pool.submit(record_all, ledger, code) for code in codes]:
            done.result()
    assert ledger.entities() == {f"partnership/{code}": len(entries(code)) for code in codes}
    positions = sorted(filed.position for code in codes for filed in ledger.history(f"partnership/{code}"))
    assert positions == list(range(1, sum(len(entries(code)) for code in codes) + 1))
    assert verify(ledger).clean and rebuild(ledger).clean


def test_two_writers_of_the_same_batches_record_them_once(ledger: SqlLedger) -> None:
    batches()
    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(record_all, ledger) for _ in range(4)]:
            done.result()
    assert ledger.entries(ENTITY) == entries()
    assert verify(ledger).clean and rebuild(ledger).clean


def test_letters_carry_a_checkpoint_that_covers_their_own_entry(ledger: SqlLedger) -> None:
    record_all(ledger)
    hashes = {filed.position: filed.hash for filed in ledger.history(ENTITY)}
    for filed in ledger.letters(ENTITY):
        kept = Checkpoint.read(filed.checkpoint)
        assert kept.size >= filed.letter.number
        assert kept.head == hashes[kept.size]
        assert filed.status is LetterStatus.PLANNED


def test_a_refused_attempt_is_an_entry_of_its_own_kind(ledger: SqlLedger) -> None:
    record_all(ledger)
    mayor = actor("eumayor", Role.SIGNATORY, Side.EU)
    request = {"kind": "decide", "gate": "G2", "version": text("one"), "verdict": "approve"}
    sentence = Refusal("the maker of a deliverable never decides on it", grave=True).sentence
    at = on(2021, 9, 1)
    assert ledger.attempt(ENTITY, mayor, request, sentence, at, "r-1") == 1
    assert ledger.attempt(ENTITY, mayor, request, sentence, at + timedelta(minutes=1), "r-1") == 1
    assert ledger.attempt(ENTITY, OPERATOR, request, sentence, at, "r-1") == 2
    assert ledger.attempt("pilot/C1-01", None, request, sentence, at) == 1
    third, second, first = ledger.attempts()
    assert (first.entity, first.by, first.request, first.sentence) == (ENTITY, mayor, request, sentence)
    assert first.at == at and first.position == len(entries()) + 1
    assert second.by == OPERATOR and third.by is None
    assert ledger.attempts(ENTITY) == (second, first)
    assert ledger.attempts(limit=1) == (third,)
    assert ledger.entities() == {ENTITY: len(entries())}
    report = verify(ledger)
    assert report.clean and report.entries == len(entries()) + 3
    assert rebuild(ledger).clean


def test_an_attempt_with_a_float_has_no_lasting_form(ledger: SqlLedger) -> None:
    with pytest.raises(ValueError, match=r"event\.request\.amount is the float 0\.1"):
        ledger.attempt(ENTITY, OPERATOR, {"amount": 0.1}, "no", on(2021, 9, 1))
    assert ledger.checkpoint().size == 0


def test_an_entry_told_again_after_a_field_was_added_is_the_same(ledger: SqlLedger) -> None:
    """A batch retried over an upgrade: what is stored lacks a field that has its default by now."""
    first = entries()[0]
    ledger.record((first,))
    with ledger._writing() as connection:
        (body,) = connection.execute(sql("SELECT body FROM entries")).one()
        older = json.loads(body)
        assert older["event"].pop("by") is None
        for trigger in ("entries_refuse_update", "entries_refuse_change"):
            where = "" if connection.dialect.name == "sqlite" else " ON entries"
            connection.execute(sql(f"DROP TRIGGER IF EXISTS {trigger}{where}"))
        connection.execute(sql("UPDATE entries SET body = :body"), {"body": canonical(older)})
    assert ledger.record((first,)).number == 1


def test_two_ledgers_that_take_turns_leave_what_one_would(ledger: SqlLedger, database_url: str) -> None:
    """What either remembers of an entity is out of date each time it comes to its turn."""
    other = open_ledger(database_url, code=ledger.code)
    for place, batch in enumerate(batches()):
        (other if place % 2 else ledger).record(batch)
    other.close()
    assert rebuild(ledger).clean and verify(ledger).clean
    assert ledger.entries(ENTITY) == entries()


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM tasks",
        "DELETE FROM partnerships",
        "UPDATE gates SET gate = 'another'",
        "INSERT INTO agreements SELECT 'x' || entity, step, since, signing, signed FROM agreements",
    ],
)
def test_rows_that_were_changed_beneath_it_do_not_stop_an_entity(ledger: SqlLedger, change: str) -> None:
    """Somebody wrote rows by hand, or anew with another version: the next recordings go through all the same."""
    for place, batch in enumerate(batches()):
        if place == len(batches()) // 2:
            with ledger._writing() as connection:
                connection.execute(sql(change))
        ledger.record(batch)
    assert ledger.entries(ENTITY) == entries()
    assert verify(ledger).clean


def test_a_row_that_is_there_unexpectedly_is_written_over(ledger: SqlLedger) -> None:
    """The memory says it is to be added, the table has it: read once more, and brought up to what it should be."""
    told = batches()
    place = next(
        place
        for place, batch in enumerate(told)
        if place and any(entry.event.kind == "gate_opened" for entry in batch)
    )
    for batch in told[:place]:
        ledger.record(batch)
    before, ahead = (
        entities.records_of(
            entities.fold(ENTITY, [entry.event for batch in told[:end] for entry in batch])
        ).gates
        for end in (place, place + 1)
    )
    new = [gate.model_dump() for gate in ahead if gate not in before]
    with ledger._writing() as connection:
        connection.execute(insert(gates), new)
    for batch in told[place:]:
        ledger.record(batch)
    assert rebuild(ledger).clean
