"""Folding all entries afresh and holding the result against what the tables say."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from audit.report import Findings, Report
from audit.verify import MOST_SENTENCES
from domain import entities
from domain.entities import Course
from ledger.chain import entry_of
from ledger.evidence import Inspection, Unreadable, record_fields
from ledger.reading import is_logbook
from ledger.store import SqlLedger, same


def rebuild(ledger: SqlLedger, check: bool = True) -> Report:
    """Compare records, snapshots and letters with a fresh fold of the entries; each difference is a sentence.

    With `check` nothing is changed. Without, what differs is written anew: a missing letter is filed as held,
    so that nothing old goes out unasked; sent letters are never touched. The report then lists what was
    different before. ValueError where an entry cannot be folded: verify the ledger first.
    """
    findings = Findings(MOST_SENTENCES)
    with ledger.evidence() as evidence:
        lives, size = _lives(evidence)
        wrong = []
        for entity, life in sorted(lives.items()):
            differences = list(_differences(evidence, entity, life, ledger.code))
            for difference in differences:
                findings.add(f"{entity}: {difference}")
            if differences:
                wrong.append(entity)
        strays = sorted(evidence.projected() - lives.keys())
        for entity in strays:
            findings.add(f"{entity}: it has rows, a snapshot or letters, and no entries")
    if not check:
        for entity in wrong:
            life = lives[entity]
            assert life.state is not None
            ledger.restore(entity, life.number, life.state, life.letters)
        for entity in strays:
            ledger.forget(entity)
    return Report(entries=size, entities=len(lives), problems=findings.sentences, left_out=findings.left_out)


def _lives(evidence: Inspection) -> tuple[dict[str, Course], int]:
    lives: dict[str, Course] = {}
    size = 0
    for row in evidence.entries():
        size += 1
        if is_logbook(str(row.entity)):
            continue
        try:
            lives.setdefault(row.entity, Course()).take(entry_of(json.loads(row.body)))
        except Exception as error:  # whatever the domain stumbles over, the entry is what is wrong
            raise ValueError(
                f"position {row.position} ({row.entity} number {row.number}) cannot be folded; "
                "verify the ledger first (tandem ledger verify)"
            ) from error
    return lives, size


def _differences(evidence: Inspection, entity: str, life: Course, code: str) -> Iterator[str]:
    assert life.state is not None
    records = entities.records_of(life.state)
    for field, key in record_fields():
        held = getattr(records, field)
        rows = [one.model_dump() for one in (held if isinstance(held, tuple) else (held,)) if one is not None]
        yield from _rows_differ(evidence, entity, field, key, rows)
    yield from _snapshot_differs(evidence, entity, life, code)
    yield from _letters_differ(evidence, entity, life)


def _rows_differ(
    evidence: Inspection, entity: str, field: str, key: str | None, rows: list[dict[str, Any]]
) -> Iterator[str]:
    one = field.removesuffix("s")
    try:
        stored = evidence.records(entity, field)
    except Unreadable as error:
        yield str(error)
        return
    wanted = {row[key] if key else entity: row for row in rows}
    for name in stored.keys() - wanted.keys():
        yield f"the row of {one} {name} has no entries behind it"
    for name, row in wanted.items():
        label = one if name == entity else f"{one} {name}"
        if name not in stored:
            yield f"the row of {label} is missing"
        elif not same(stored[name], row):
            for cell, value in row.items():
                if not same({cell: stored[name][cell]}, {cell: value}):
                    yield f"{label}: {cell} is {stored[name][cell]}, by the entries it is {value}"


def _snapshot_differs(evidence: Inspection, entity: str, life: Course, code: str) -> Iterator[str]:
    assert life.state is not None
    try:
        stored = evidence.snapshot(entity)
    except Unreadable as error:
        yield str(error)
        return
    if stored is None:
        yield "its snapshot is missing"
        return
    number, by, kept = stored
    if number != life.number:
        yield f"its snapshot is of entry {number}, the last entry is {life.number}"
    if by != code:
        return  # another version made it, so nobody goes by it
    wanted = json.loads(entities.snapshot(life.state))
    if not isinstance(kept, dict):
        yield "its snapshot is no snapshot"
        return
    odd = [name for name in (*wanted, *(kept.keys() - wanted.keys())) if kept.get(name) != wanted.get(name)]
    if odd:
        yield f"its snapshot differs from the entries in {', '.join(odd)}"


def _letters_differ(evidence: Inspection, entity: str, life: Course) -> Iterator[str]:
    stored = evidence.letters(entity)
    keys = {letter.key for letter in stored}
    for letter in life.letters:
        if letter.key not in keys:
            yield f"the letter {letter.key} ({letter.kind}) of entry {letter.number} is not on file"
    for filed in stored:
        if not 1 <= filed.number <= life.number:
            yield f"the letter {filed.key} is of entry {filed.number}, which does not exist"
