"""Whatever is done to the stored entries, verifying the ledger says so."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import from_json
from sqlalchemy import text as sql

from audit import read_checkpoint, verify, write_checkpoint
from audit.chain import is_canonical
from ledger import SqlLedger, open_ledger
from ledger.chain import GENESIS, Checkpoint, canonical, digest
from tests.audit import edits
from tests.ledger.lives import entries

ONE = "partnership/C1-01"


def test_an_untouched_ledger_is_sound(ledger: SqlLedger) -> None:
    empty = verify(ledger, Checkpoint(size=0, head=GENESIS))
    assert empty.clean and empty.entries == 0
    edits.fill(ledger)
    report = verify(ledger, ledger.checkpoint())
    assert report.clean and report.checkpoint == ledger.checkpoint()
    assert (report.entries, report.entities) == (ledger.board().entries, 4)


def test_an_earlier_checkpoint_stays_true(ledger: SqlLedger) -> None:
    kept = []
    for number in range(1, 8):
        ledger.record(entries()[:number])
        kept.append(ledger.checkpoint())
    assert all(verify(ledger, checkpoint).clean for checkpoint in kept)


def _found(edit_count: int, ledger: SqlLedger, seed: int) -> None:
    """So many random edits, each made on the sound log and undone again: each must be found."""
    dice = random.Random(seed)
    edits.fill(ledger)
    kept = ledger.checkpoint()
    with edits.opened(ledger) as opened:
        with opened.undone() as connection:
            sound = edits.rows(connection)
            edits.rewrite(connection, sound, sound)
            assert verify(opened, kept).problems == ()
        for number in range(edit_count):
            log = copy.deepcopy(sound)
            checkpoint = None
            with opened.undone() as connection:
                kind = dice.random()
                if kind < 0.06:
                    how = _edited_head(dice, kept)
                    connection.execute(sql(how))
                elif kind < 0.14:
                    whole = dice.choice((edits.truncated, edits.rewritten))
                    how = whole.__name__
                    whole(log, dice)
                    edits.rewrite(connection, sound, log)
                    edits.set_head(connection, len(log), log[-1]["hash"] if log else GENESIS)
                    assert verify(opened).clean or how == "rewritten"
                    checkpoint = kept
                else:
                    edit = dice.choice(edits.EDITS)
                    how = edit.__name__
                    edit(log, dice)
                    edits.rewrite(connection, sound, log)
                report = verify(opened, checkpoint)
            assert not report.clean, f"seed {seed}, edit {number} ({how}) was not found"
            assert report.checkpoint is None
        with opened.undone():
            assert verify(opened, kept).clean


def _edited_head(dice: random.Random, sound: Checkpoint) -> str:
    return dice.choice(
        (
            f"UPDATE head SET size = {sound.size + dice.choice((-1, 1, 5, -sound.size))}",
            f"UPDATE head SET hash = '{dice.randbytes(32).hex()}'",
            "DELETE FROM head",
            "INSERT INTO head SELECT * FROM head",
        )
    )


@pytest.mark.parametrize("seed", range(10))
def test_a_hundred_random_edits_are_all_found(sqlite_url: str, seed: int) -> None:
    """With all seeds together these are a thousand."""
    opened = open_ledger(sqlite_url, code="0.0.0-test")
    _found(100, opened, seed)
    opened.close()


def test_a_hundred_random_edits_are_all_found_on_postgresql(postgresql_url: str) -> None:
    opened = open_ledger(postgresql_url, code="0.0.0-test")
    _found(100, opened, 2021)
    opened.close()


SAID: tuple[tuple[Callable[[edits.Rows], object], str], ...] = (
    (lambda log: log[4].update(code="9.9"), "position 5 (partnership/C1-01 number 5): its column code"),
    (lambda log: log[4].update(at="x"), "position 5 (partnership/C1-01 number 5): its column at"),
    (
        lambda log: log.pop(4),
        "position 6 (partnership/C1-01 number 6): position 5 was to come here: entries are missing",
    ),
    (lambda log: log.pop(4), "position 6 (partnership/C1-01 number 6): number 5 of partnership/C1-01"),
    (lambda log: log.pop(), f"the head says {len(entries())} entries, the log has {len(entries()) - 1}"),
    (lambda log: log.pop(), "the head's hash is not the hash of the last entry"),
    (
        lambda log: log[4].update(body=log[4]["body"].replace("organisation", "enterprise")),
        "position 5 (partnership/C1-01 number 5): its hash is not the hash of its body",
    ),
    (
        lambda log: log[4].update(body="{", hash=digest(b"{")),
        "position 5 (partnership/C1-01 number 5): its body is not JSON in canonical form",
    ),
    (
        lambda log: log[4].update(body="[]", hash=digest(b"[]")),
        "position 5 (partnership/C1-01 number 5): its body is no JSON object",
    ),
    (
        lambda log: log[4].update(body="{}", hash=digest(b"{}")),
        "position 5 (partnership/C1-01 number 5): its body has other fields than an entry has",
    ),
    (
        lambda log: log[4].update(body=(deep := "[" * 100_000), hash=digest(deep.encode())),
        "position 5 (partnership/C1-01 number 5): its body is not JSON in canonical form",
    ),
    (
        lambda log: log[4].update(hash="0" * 64),
        "position 6 (partnership/C1-01 number 6): the hash it names for the entry before it",
    ),
)


def test_the_report_says_where_and_what(ledger: SqlLedger) -> None:
    ledger.record(entries())
    with edits.opened(ledger) as opened:
        for edit, sentence in SAID:
            with opened.undone() as connection:
                sound = edits.rows(connection)
                log = copy.deepcopy(sound)
                edit(log)
                edits.rewrite(connection, sound, log)
                problems = verify(opened).problems
                assert any(problem.startswith(sentence) for problem in problems), (sentence, problems)


def test_a_sound_chain_of_impossible_entries_is_found(ledger: SqlLedger) -> None:
    """Somebody who makes all hashes anew must also tell a life that could have been."""
    ledger.record(entries())
    with edits.opened(ledger) as opened, opened.undone() as connection:
        sound = edits.rows(connection)
        log = copy.deepcopy(sound)
        founded = edits.facts(log[0])
        before = log[4]["hash"]
        for row in log[5:]:
            facts = edits.facts(row) | {"prev": before}
            if row is log[5]:
                facts |= {name: founded[name] for name in ("event", "kind", "at")}
                row.update(kind=founded["kind"], at=founded["at"])
            row.update(body=canonical(facts), prev=before)
            before = row["hash"] = digest(row["body"].encode())
        edits.rewrite(connection, sound, log)
        edits.set_head(connection, len(log), before)
        (problem,) = verify(opened).problems
        assert problem.startswith("position 6 (partnership/C1-01 number 6): it cannot follow the entries")


def test_a_kept_checkpoint_tells_a_cut_tail_from_a_rewritten_past(ledger: SqlLedger) -> None:
    ledger.record(entries())
    kept = ledger.checkpoint()
    dice = random.Random(1)
    with edits.opened(ledger) as opened:
        for edit, sentence in ((edits.truncated, "its end was cut off"), (edits.rewritten, "was rewritten")):
            with opened.undone() as connection:
                sound = edits.rows(connection)
                log = copy.deepcopy(sound)
                edit(log, dice)
                edits.rewrite(connection, sound, log)
                edits.set_head(connection, len(log), log[-1]["hash"])
                assert verify(opened).clean
                assert any(sentence in problem for problem in verify(opened, kept).problems)


def test_a_false_checkpoint_of_nothing_is_found(ledger: SqlLedger) -> None:
    report = verify(ledger, Checkpoint(size=0, head="ab" * 32))
    assert report.problems == ("the checkpoint kept elsewhere tells of no entries and yet of a hash",)


def test_thousands_of_problems_are_counted_and_not_all_told(ledger: SqlLedger) -> None:
    for code in ("C1-01", "C1-02"):
        ledger.record(entries(code))
    with edits.opened(ledger) as opened, opened.undone() as connection:
        sound = edits.rows(connection)
        edits.rewrite(
            connection, sound, [row | {"code": "x", "at": "x", "prev": "x", "kind": "x"} for row in sound]
        )
        report = verify(opened)
        assert len(report.problems) == 200 and report.left_out > 50


@pytest.mark.parametrize("name", ["update", "delete", "replace"])
def test_a_missing_guard_is_found_in_sqlite(sqlite_url: str, name: str) -> None:
    opened = open_ledger(sqlite_url)
    with opened._writing() as connection:
        connection.execute(sql(f"DROP TRIGGER entries_refuse_{name}"))
    guard = f"the guard entries_refuse_{name} on the entries is missing, switched off or changed"
    assert verify(opened).problems == (guard,)
    when = "BEFORE INSERT" if name == "replace" else f"BEFORE {name.upper()}"
    with opened._writing() as connection:
        connection.execute(sql(f"CREATE TRIGGER entries_refuse_{name} {when} ON entries BEGIN SELECT 1; END"))
    assert verify(opened).problems == (guard,)
    opened.close()


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TRIGGER entries_refuse_change ON entries",
        "ALTER TABLE entries DISABLE TRIGGER entries_refuse_change",
        "ALTER TABLE entries ENABLE REPLICA TRIGGER entries_refuse_change",
        "CREATE OR REPLACE TRIGGER entries_refuse_change BEFORE UPDATE ON entries "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()",
        "CREATE OR REPLACE TRIGGER entries_refuse_change BEFORE UPDATE OR DELETE ON entries "
        "FOR EACH ROW WHEN (false) EXECUTE FUNCTION refuse_change()",
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        "'BEGIN RETURN NEW; END'",
    ],
)
def test_a_missing_guard_is_found_in_postgresql(postgresql_url: str, statement: str) -> None:
    opened = open_ledger(postgresql_url)
    assert verify(opened).clean
    with opened._writing() as connection:
        connection.execute(sql(statement))
    problems = verify(opened).problems
    assert "the guard entries_refuse_change on the entries is missing, switched off or changed" in problems
    opened.close()


def test_bytes_that_are_no_text_are_found_in_sqlite(sqlite_url: str) -> None:
    """As after a disk fault: the driver would give up on such a cell."""
    opened = open_ledger(sqlite_url)
    opened.record(entries())
    with opened._writing() as connection:
        connection.execute(sql("DROP TRIGGER entries_refuse_update"))
        broken = "CAST(replace(CAST(body AS BLOB), 'Hangzhou', x'48FF') AS TEXT)"
        connection.execute(sql(f"UPDATE entries SET body = {broken} WHERE position = 1"))
        connection.execute(sql("UPDATE entries SET body = CAST(body AS BLOB) WHERE position = 2"))
    problems = verify(opened).problems
    assert any(
        problem.startswith("position 1 ") and "not the hash of its body" in problem for problem in problems
    )
    assert any(
        problem.startswith("position 2 ") and "its body is not text" in problem for problem in problems
    )
    opened.close()


def test_a_damaged_file_is_reported_and_does_not_end_the_check(sqlite_url: str) -> None:
    opened = open_ledger(sqlite_url)
    for code in ("C1-01", "C1-02", "C1-03", "C1-04"):
        opened.record(entries(code))
    with opened._reading() as connection:
        pages = (
            connection.execute(sql("SELECT pageno FROM dbstat WHERE name = 'entries' AND pagetype = 'leaf'"))
            .scalars()
            .all()
        )
        size = connection.execute(sql("PRAGMA page_size")).scalar_one()
    with opened._engine.connect() as connection:
        connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").close()  # type: ignore[union-attr]  # there is one
    opened.close()
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    raw = bytearray(path.read_bytes())
    start = (pages[len(pages) // 2] - 1) * size
    raw[start : start + size] = b"\xff" * size
    path.write_bytes(raw)
    again = open_ledger(sqlite_url)
    problems = verify(again).problems
    assert any("cannot be read any further" in problem for problem in problems), problems
    again.close()


def test_a_checkpoint_is_kept_in_a_file(tmp_path: Path, ledger: SqlLedger) -> None:
    ledger.record(entries())
    path = tmp_path / "kept.txt"
    write_checkpoint(path, ledger.checkpoint())
    assert path.read_text() == f"{ledger.checkpoint_line()}\n"
    assert read_checkpoint(path) == ledger.checkpoint()
    path.write_text(ledger.checkpoint().model_dump_json())
    assert read_checkpoint(path) == ledger.checkpoint()


def test_a_file_without_a_checkpoint_is_named(tmp_path: Path) -> None:
    path = tmp_path / "kept.txt"
    path.write_text("hello")
    with pytest.raises(ValueError, match=r"kept\.txt: no checkpoint found"):
        read_checkpoint(path)
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ValueError, match=r"kept\.txt: it is not a text file"):
        read_checkpoint(path)
    with pytest.raises(FileNotFoundError):
        read_checkpoint(tmp_path / "none.txt")


_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.floats()
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


@given(value=_VALUES, sort=st.booleans(), ascii=st.booleans(), spaced=st.booleans())
def test_the_quick_look_at_a_body_finds_it_canonical_where_the_thorough_one_does(
    value: object, sort: bool, ascii: bool, spaced: bool
) -> None:
    separators = (", ", ": ") if spaced else (",", ":")
    try:
        body = json.dumps(value, sort_keys=sort, ensure_ascii=ascii, separators=separators)
        raw = body.encode()
    except ValueError:  # a lone surrogate is not UTF-8 in the first place
        return
    try:
        thorough = canonical(value) == body
    except ValueError:
        thorough = False
    try:
        quick = is_canonical(body, raw, from_json(raw, allow_inf_nan=False))
    except ValueError:
        quick = False
    assert quick == thorough


def test_the_structure_alone_can_be_verified(ledger: SqlLedger) -> None:
    edits.fill(ledger)
    assert verify(ledger, lives=False) == verify(ledger)
