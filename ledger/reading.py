"""What the console asks: where everything stands, who owes what since when, and how it came about."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    RowMapping,
    Select,
    Table,
    Text,
    false,
    func,
    or_,
    select,
    tuple_,
    type_coerce,
)

from domain import entities
from domain.entities import State
from domain.entries import Entry
from domain.letters import Letter
from domain.records import AgreementRecord, EntityRecord, GateRecord, PartnershipRecord
from ledger.chain import entry_of
from ledger.desk import Desk
from ledger.rows import (
    Attempt,
    Board,
    BoardLine,
    DamagedEntry,
    FiledEntry,
    FiledLetter,
    LetterStatus,
    OpenTask,
    Recovery,
    Tally,
)
from ledger.tables import agreements, entries, gates, head, letters, partnerships, standings, states, tasks

REMINDERS = ("reminder", "signature", "escalation")
"""The kinds of letter that the calendar writes because somebody has not acted yet."""


LOGBOOKS = ("attempts", "recoveries")
"""Kinds of entries beside the lives of entities: they are chained like all others, and nothing is folded from them."""
RECOVERIES = "recoveries/ledger"


class Reading(Desk):
    """Questions about records, entries and letters; nothing here changes anything."""

    def partnerships(
        self,
        programme: str | None = None,
        *,
        component: str | None = None,
        cluster: str | None = None,
        status: str | None = None,
        stage: str | None = None,
        at_risk: bool | None = None,
        overdue: bool | None = None,
    ) -> tuple[PartnershipRecord, ...]:
        """Partnerships by code. `stage` is one of the stages under way; `overdue` whether any task is late."""
        table = partnerships.c
        query = select(partnerships).order_by(table.code)
        for column, wanted in (
            (table.programme, programme),
            (table.component, component),
            (table.cluster, cluster),
            (table.status, status),
        ):
            if wanted is not None:
                query = query.where(column == wanted)
        if at_risk is not None:
            query = query.where(table.at_risk.is_(at_risk))
        if overdue is not None:
            query = query.where(table.overdue > 0 if overdue else table.overdue == 0)
        found = tuple(PartnershipRecord.model_validate(row) for row in self._rows(query))
        if stage is None:
            return found
        return tuple(record for record in found if stage in (record.stage, *record.stage.split("+")))

    def standings(
        self, kind: str | None = None, *, programme: str | None = None, code: str | None = None
    ) -> tuple[EntityRecord, ...]:
        """Entities of a kind, or of all, by kind and code; `code` looks for one whatever its kind."""
        query = select(standings).order_by(standings.c.kind, standings.c.code)
        for column, wanted in (
            (standings.c.kind, kind),
            (standings.c.programme, programme),
            (standings.c.code, code),
        ):
            if wanted is not None:
                query = query.where(column == wanted)
        return tuple(EntityRecord.model_validate(row) for row in self._rows(query))

    def standing(self, entity: str) -> EntityRecord | None:
        """The entity with this id as one row."""
        query = select(standings).where(standings.c.entity == entity)
        return next((EntityRecord.model_validate(row) for row in self._rows(query)), None)

    def partnership(self, code: str) -> PartnershipRecord | None:
        """The partnership with this code."""
        query = select(partnerships).where(partnerships.c.code == code)
        return next((PartnershipRecord.model_validate(row) for row in self._rows(query)), None)

    def gates(self, entity: str | None = None, *, is_open: bool | None = None) -> tuple[GateRecord, ...]:
        """Gates of an entity, or of all, in the order they were opened."""
        query = select(gates).order_by(gates.c.opened, gates.c.entity, gates.c.gate)
        if entity is not None:
            query = query.where(gates.c.entity == entity)
        if is_open is not None:
            query = query.where(gates.c.settled.is_(None) if is_open else gates.c.settled.is_not(None))
        return tuple(GateRecord.model_validate(row) for row in self._rows(query))

    def tasks(
        self,
        *,
        entity: str | None = None,
        programme: str | None = None,
        owner: str | None = None,
        role: str | None = None,
        side: str | None = None,
        overdue: bool | None = None,
        due_by: datetime | None = None,
    ) -> tuple[OpenTask, ...]:
        """Open tasks, the most urgent first, those without a date last.

        `entity` is an id, `programme` a code, `owner` the id of a person who may do it, `overdue` whether
        it is late by now.
        """
        query = (
            select(tasks, standings.c.code)
            .join(standings, standings.c.entity == tasks.c.entity)
            .order_by(tasks.c.due.asc().nulls_last(), tasks.c.since, tasks.c.entity, tasks.c.task)
        )
        for column, wanted in (
            (standings.c.entity, entity),
            (standings.c.programme, programme),
            (tasks.c.owner_role, role),
            (tasks.c.owner_side, side),
        ):
            if wanted is not None:
                query = query.where(column == wanted)
        if overdue is not None:
            query = query.where(tasks.c.overdue.is_(overdue))
        if due_by is not None:
            query = query.where(tasks.c.due <= due_by)
        found = (OpenTask.model_validate(row) for row in self._rows(query))
        return tuple(task for task in found if owner is None or owner in task.owners)

    def task_page(self, limit: int, *, after: OpenTask | None = None) -> tuple[OpenTask, ...]:
        """So many open tasks, the most urgent first and those without a date last; `after` ends the page before.

        However many tasks there are, only the page is read: the database follows its index.
        """
        due = tasks.c.due
        query = select(tasks, standings.c.code).join(standings, standings.c.entity == tasks.c.entity)
        dated = query.where(due.is_not(None)).order_by(due, tasks.c.entity, tasks.c.task)
        open_ended = query.where(due.is_(None)).order_by(tasks.c.entity, tasks.c.task)
        if after is not None:
            place = tuple_(tasks.c.entity, tasks.c.task) > tuple_(after.entity, after.task)
            if after.due is None:
                dated, open_ended = dated.where(false()), open_ended.where(place)
            else:
                dated = dated.where(due >= after.due, or_(due > after.due, place))
        found = [OpenTask.model_validate(row) for row in self._rows(dated.limit(limit))]
        if len(found) < limit:
            rest = self._rows(open_ended.limit(limit - len(found)))
            found += [OpenTask.model_validate(row) for row in rest]
        return tuple(found)

    def board_lines(
        self, programme: str | None = None, *, after: str | None = None, limit: int | None = None
    ) -> tuple[BoardLine, ...]:
        """Partnerships by code with their gates and letters counted: all, or so many after the one named."""
        query = select(partnerships).order_by(partnerships.c.entity).limit(limit)
        if programme is not None:
            query = query.where(partnerships.c.programme == programme)
        if after is not None:
            query = query.where(partnerships.c.entity > f"partnership/{after}")
        with self._reading() as connection:
            found = connection.execute(query).mappings().all()
            mine = [row["entity"] for row in found] if limit is not None else None
            settled = _counts(connection, gates, mine, gates.c.in_time, gates.c.settled.is_not(None))
            open_ = _counts(connection, gates, mine, gates.c.entity, gates.c.settled.is_(None))
            sent = _counts(connection, letters, mine, letters.c.kind, letters.c.sent_at.is_not(None))
        lines = []
        for row in found:
            of = row["entity"]
            reminders = sum(sent.get(of, {}).get(kind, 0) for kind in REMINDERS)
            lines.append(
                BoardLine(
                    record=PartnershipRecord.model_validate(row),
                    gates_settled=sum(settled.get(of, {}).values()),
                    gates_in_time=settled.get(of, {}).get(True, 0),
                    gates_open=sum(open_.get(of, {}).values()),
                    letters=sum(sent.get(of, {}).values()) - reminders,
                    reminders=reminders,
                )
            )
        return tuple(lines)

    def agreement(self, entity: str) -> AgreementRecord | None:
        """Where the agreement of a partnership stands."""
        query = select(agreements).where(agreements.c.entity == entity)
        return next((AgreementRecord.model_validate(row) for row in self._rows(query)), None)

    def agreements(self) -> tuple[AgreementRecord, ...]:
        """All agreements, by entity."""
        query = select(agreements).order_by(agreements.c.entity)
        return tuple(AgreementRecord.model_validate(row) for row in self._rows(query))

    def entities(self) -> dict[str, int]:
        """Every entity on record and the number of its last entry; logbooks are left out."""
        query = (
            select(entries.c.entity, func.max(entries.c.number).label("last"))
            .where(*(entries.c.entity.not_like(f"{kind}/%") for kind in LOGBOOKS))
            .group_by(entries.c.entity)
            .order_by(entries.c.entity)
        )
        return {row["entity"]: row["last"] for row in self._rows(query)}

    def last_number(self, entity: str) -> int:
        """The number of an entity's last entry; 0 where it has none."""
        with self._reading() as connection:
            return last_number(connection, entity)

    def history(self, entity: str, since: int = 0) -> tuple[FiledEntry, ...]:
        """The entries of an entity after number `since`, in their order."""
        query = (
            select(entries)
            .where(entries.c.entity == entity, entries.c.number > since)
            .order_by(entries.c.number)
        )
        return tuple(
            FiledEntry(
                position=row["position"],
                code=row["code"],
                hash=row["hash"],
                entry=_entry(entity, row["number"], row["body"]),
            )
            for row in self._rows(query)
        )

    def entries(self, entity: str, since: int = 0) -> tuple[Entry, ...]:
        """The bare entries of an entity after number `since`, as the workflow gave them."""
        return tuple(filed.entry for filed in self.history(entity, since))

    def attempts(self, entity: str | None = None, limit: int | None = None) -> tuple[Attempt, ...]:
        """Refused attempts that matter, newest first; `entity` is what they were tried on."""
        query = (
            select(entries)
            .where(entries.c.entity.like("attempts/%"))
            .order_by(entries.c.position.desc())
            .limit(limit)
        )
        if entity is not None:
            query = query.where(entries.c.entity == attempts_of(entity))
        found = []
        for row in self._rows(query):
            event = json.loads(row["body"])["event"]
            if entity in (None, event["of"]):
                held = {"position": row["position"], "number": row["number"], "entity": event["of"]}
                found.append(Attempt.model_validate({**event, **held}))
        return tuple(found)

    def recoveries(self) -> tuple[Recovery, ...]:
        """Every time ledger and engine were brought level, the oldest first."""
        query = select(entries.c.body).where(entries.c.entity == RECOVERIES).order_by(entries.c.number)
        events = (json.loads(row["body"])["event"] for row in self._rows(query))
        return tuple(Recovery.model_validate(event) for event in events)

    def letters(
        self,
        entity: str | None = None,
        *,
        recipient: str | None = None,
        status: LetterStatus | str | None = None,
        kind: str | None = None,
        limit: int | None = None,
    ) -> tuple[FiledLetter, ...]:
        """Letters on file, newest first."""
        query = (
            select(letters)
            .order_by(letters.c.at.desc(), letters.c.number.desc(), letters.c.key.desc())
            .limit(limit)
        )
        for column, wanted in (
            (letters.c.entity, entity),
            (letters.c.recipient, recipient),
            (letters.c.status, None if status is None else str(status)),
            (letters.c.kind, kind),
        ):
            if wanted is not None:
                query = query.where(column == wanted)
        return tuple(_filed(row) for row in self._rows(query))

    def letter(self, key: str) -> FiledLetter | None:
        """The letter with this key."""
        query = select(letters).where(letters.c.key == key)
        return next((_filed(row) for row in self._rows(query)), None)

    def state(self, entity: str) -> State | None:
        """Where an entity stands, in the domain's words; None where it has no entries."""
        with self._reading() as connection:
            found = state_of(connection, entity, self._code)
            return found[1] if found else None

    def board(self, programme: str | None = None) -> Board:
        """A programme, or everything on record, in numbers."""
        mine = select(partnerships.c.entity)
        if programme is not None:
            mine = mine.where(partnerships.c.programme == programme)
        with self._reading() as connection:

            def counted(column: Column[Any], *where: ColumnElement[bool]) -> dict[str, int]:
                of_mine = column.table.c.entity.in_(mine)
                query = select(column, func.count()).where(of_mine, *where).group_by(column)
                return {str(name): number for name, number in connection.execute(query)}

            by_status = counted(partnerships.c.status)
            by_outcome = counted(gates.c.outcome, gates.c.settled.is_not(None))
            in_time = counted(gates.c.in_time, gates.c.settled.is_not(None))
            silent = counted(gates.c.silent, gates.c.settled.is_not(None))
            late = counted(tasks.c.overdue)
            by_letter = counted(letters.c.kind, letters.c.status == LetterStatus.SENT.value)
            waiting = counted(letters.c.status)
            return Board(
                partnerships=sum(by_status.values()),
                by_status=by_status,
                gates_open=sum(counted(gates.c.entity, gates.c.settled.is_(None)).values()),
                gates_settled=sum(by_outcome.values()),
                gates_in_time=in_time.get("True", 0),
                gates_silent=silent.get("True", 0),
                by_outcome=by_outcome,
                tasks_open=sum(late.values()),
                tasks_overdue=late.get("True", 0),
                letters_sent=by_letter,
                letters_waiting=waiting.get("planned", 0) + waiting.get("failed", 0),
                reminders_sent=sum(by_letter.get(kind, 0) for kind in REMINDERS),
                entries=connection.execute(select(head.c.size)).scalar_one(),
            )

    def tally(self) -> Tally:
        """Everything on record in a few numbers, from tables and indexes that stay small."""
        living = partnerships.c.status.in_(("running", "on_hold", "suspended"))
        waiting = letters.c.status.in_((LetterStatus.PLANNED.value, LetterStatus.FAILED.value))
        with self._reading() as connection:
            run = connection.execute
            late = {
                bool(late): count
                for late, count in run(select(tasks.c.overdue, func.count()).group_by(tasks.c.overdue))
            }
            by_status = run(select(letters.c.status, func.count()).group_by(letters.c.status))
            task = run(select(tasks.c.entity, tasks.c.since).order_by(tasks.c.since).limit(1)).one_or_none()
            letter = run(
                select(letters.c.entity, letters.c.at).where(waiting).order_by(letters.c.at).limit(1)
            ).one_or_none()
            return Tally(
                entries=run(select(head.c.size)).scalar_one(),
                partnerships_open=run(
                    select(func.count()).select_from(partnerships).where(living)
                ).scalar_one(),
                tasks_open=sum(late.values()),
                tasks_overdue=late.get(True, 0),
                task_oldest=(task.entity, task.since) if task else None,
                letters={LetterStatus(status): count for status, count in by_status},
                letter_oldest=(letter.entity, letter.at) if letter else None,
            )

    def _rows(self, query: Select[Any]) -> Iterable[RowMapping]:
        with self._reading() as connection:
            return connection.execute(query).mappings().all()


def _counts(
    connection: Connection,
    table: Table,
    of: list[str] | None,
    by: ColumnElement[Any],
    only: ColumnElement[bool],
) -> dict[str, dict[Any, int]]:
    """How many rows of these entities (of all) there are, by entity and by the value of a column."""
    query = select(table.c.entity, by, func.count()).where(only).group_by(table.c.entity, by)
    if of is not None:
        query = query.where(table.c.entity.in_(of))
    counts: dict[str, dict[Any, int]] = {}
    for entity, value, number in connection.execute(query):
        counts.setdefault(entity, {})[value] = number
    return counts


def _filed(row: RowMapping) -> FiledLetter:
    return FiledLetter(
        letter=Letter.model_validate(row["body"]),
        **{name: row[name] for name in FiledLetter.model_fields if name != "letter"},
    )


def is_logbook(entity: str) -> bool:
    """Whether entries under this id tell of no entity's life: refused attempts, recoveries."""
    return entity.partition("/")[0] in LOGBOOKS


def attempts_of(entity: str) -> str:
    """Under which entity the attempts on an entity are numbered: `attempts/C1-01` for `partnership/C1-01`.

    Those on another kind have it before the code: `attempts/visit.V-01` for `visit/V-01`.
    """
    kind, _, code = entity.partition("/")
    return f"attempts/{code}" if kind == "partnership" else f"attempts/{kind}.{code}"


def last_number(connection: Connection, entity: str) -> int:
    """The number of an entity's last entry; 0 where it has none."""
    query = select(func.coalesce(func.max(entries.c.number), 0)).where(entries.c.entity == entity)
    return int(connection.execute(query).scalar_one())


def state_of(connection: Connection, entity: str, code: str) -> tuple[int, State] | None:
    """The number of an entity's last entry and where it stands after it.

    From its snapshot, where this version of the product made one that can be read; else folded from entries.
    """
    last = last_number(connection, entity)
    if last == 0 or is_logbook(entity):
        return None
    current = (states.c.entity == entity, states.c.number == last, states.c.code == code)
    kept = connection.scalar(select(type_coerce(states.c.snapshot, Text)).where(*current))
    if kept is not None:
        with suppress(ValueError):
            return last, entities.revived(entity, kept)
    bodies = (
        select(entries.c.number, entries.c.body).where(entries.c.entity == entity).order_by(entries.c.number)
    )
    told = [_entry(entity, row.number, row.body).event for row in connection.execute(bodies)]
    return last, entities.fold(entity, told)


def _entry(entity: str, number: int, body: str) -> Entry:
    try:
        return entry_of(body)
    except ValueError as error:
        raise DamagedEntry(
            f"entry {number} of {entity} cannot be read as it stands there; "
            "`tandem ledger verify` tells what was changed"
        ) from error
