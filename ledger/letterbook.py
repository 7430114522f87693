"""Letters from planning to their end, as the post room works with them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, and_, bindparam, case, func, or_, select, update

from domain.letters import Letter
from ledger.chain import Checkpoint
from ledger.desk import Desk, insert, wall_clock
from ledger.registry import people_of
from ledger.rows import LetterStatus, Person
from ledger.tables import Instant, letters, tasks

LEASE = timedelta(seconds=20)
"""How long a claim holds, in real time; who has a letter in hand renews it, or is taken for dead by then."""
IN_DOUBT = "whoever was sending it died, so nobody knows whether it went out"
"""What stands with a letter whose claim ended by itself, until it is known how it went."""

_WAITS = (LetterStatus.PLANNED.value, LetterStatus.FAILED.value)
_UNENDED = (*_WAITS, LetterStatus.HELD.value, LetterStatus.DOUBTFUL.value)


@dataclass(frozen=True)
class InHand:
    """What a letter that was just claimed is put into words from."""

    open_tasks: frozenset[str]
    people: dict[str, Person]
    checkpoint: str


class LetterBook(Desk):
    """The letters of every entity and how far each one got."""

    def letters_waiting(self, entity: str, limit: int = 50) -> tuple[Letter, ...]:
        """Planned and failed letters of an entity, oldest first; none that is held or being sent right now."""
        told = {"of_entity": entity, "over": wall_clock() - LEASE, "most": limit}
        with self._reading() as connection:
            return tuple(Letter.model_validate(body) for body in connection.scalars(_WAITING, told))

    def waiting(self, entity: str) -> int:
        """How many letters of an entity are still to go out, those being sent right now included."""
        with self._reading() as connection:
            return count_waiting(connection, entity)

    def claim(self, key: str, people: Iterable[str] = ()) -> InHand | None:
        """Take a letter in hand before it is sent; None where it has ended, is held or is in another's hands.

        Comes with what it is put into words from, as things stand now: the tasks that are open, those of these
        people who are on file, and the checkpoint it was planned with.

        A claim that is neither renewed nor reported back ends after `LEASE`. Nobody knows then whether the
        letter went out, and so it says from then on; it goes out again under the same Message-ID.
        """
        now = wall_clock()
        with self._writing() as connection:
            taken = connection.execute(_CLAIM, {"of_key": key, "now": now, "over": now - LEASE}).one_or_none()
            if taken is None:
                return None
            return InHand(
                open_tasks=frozenset(connection.scalars(_OPEN, {"of_entity": taken.entity})),
                people=people_of(connection, people),
                checkpoint=taken.checkpoint,
            )

    def renew(self, key: str) -> None:
        """Say that a letter is still in hand; nothing where it has ended meanwhile."""
        with self._writing() as connection:
            connection.execute(_RENEW, {"of_key": key, "now": wall_clock()})

    def mark_sent(self, key: str, message_id: str, at: datetime) -> None:
        """It was taken by the mail server at this programme time."""
        self._end(key, LetterStatus.SENT, sent_at=at, message_id=message_id, last_error=None)

    def mark_failed(self, key: str, error: str) -> None:
        """It did not go out this time; it goes on waiting."""
        self._end(key, LetterStatus.FAILED, last_error=error[:500])

    def mark_refused(self, key: str, error: str) -> None:
        """It will never go out."""
        self._end(key, LetterStatus.REFUSED, last_error=error[:500])

    def withdraw(self, key: str) -> None:
        """Nothing is left to ask: all its tasks were done before it was sent."""
        self._end(key, LetterStatus.WITHDRAWN)

    def _end(self, key: str, status: LetterStatus, **also: Any) -> None:
        """Note how it went. A letter that has ended stays as it is; LookupError for one that never was."""
        noted = {"of_key": key, "status": status.value, "claimed_at": None, **also}
        with self._writing() as connection:
            if connection.execute(_NOTE, noted).rowcount == 0:
                known = connection.scalar(select(letters.c.key).where(letters.c.key == key))
                if known is None:
                    raise LookupError(f"there is no letter {key!r}")

    def hold_letters(self) -> int:
        """Keep all waiting letters back, as after a restore; how many these are."""
        return self._move(_WAITS, LetterStatus.HELD)

    def release_letters(self) -> int:
        """Let all held letters go out again; how many these are. Those in doubt stay where they are."""
        return self._move((LetterStatus.HELD.value,), LetterStatus.PLANNED)

    def settle_doubts(self, *, send: bool) -> int:
        """Have letters that may have gone out before a restore go out (again), or never; how many these are."""
        now = LetterStatus.PLANNED if send else LetterStatus.PAST
        return self._move((LetterStatus.DOUBTFUL.value,), now)

    def let_rest(self, entity: str, number: int) -> int:
        """Letters of entries up to this number have ended, as others know; how many were waiting still."""
        ended = and_(letters.c.entity == entity, letters.c.number <= number)
        return self._move(_UNENDED, LetterStatus.PAST, ended)

    def doubt(self, entity: str) -> int:
        """Nobody knows of an entity's held letters whether they went out; how many these are."""
        return self._move((LetterStatus.HELD.value,), LetterStatus.DOUBTFUL, letters.c.entity == entity)

    def _move(self, was: tuple[str, ...], now: LetterStatus, *where: ColumnElement[bool]) -> int:
        moved = update(letters).where(letters.c.status.in_(was), *where)
        with self._writing() as connection:
            return connection.execute(moved.values(status=now.value, claimed_at=None)).rowcount

    def unended(self) -> tuple[tuple[str, str], ...]:
        """Entity and key of every letter that has not ended, held ones included."""
        query = select(letters.c.entity, letters.c.key).where(letters.c.status.in_(_UNENDED))
        with self._reading() as connection:
            return tuple((row.entity, row.key) for row in connection.execute(query))

    def entities_with_letters(self) -> tuple[str, ...]:
        """Every entity whose letters are to go out: planned, or to be tried again."""
        waiting = select(letters.c.entity).where(letters.c.status.in_(_WAITS)).distinct()
        with self._reading() as connection:
            return tuple(connection.scalars(waiting.order_by(letters.c.entity)))

    def checkpoint_line(self) -> str:
        """`tandem checkpoint <size> <hash>` of the newest entry; empty while there is none."""
        newest = self.checkpoint()
        return newest.line if newest.size else ""


def _claimable(over: ColumnElement[datetime]) -> ColumnElement[bool]:
    """Waiting, and in nobody's hands since before this moment."""
    return and_(
        letters.c.status.in_(_WAITS),
        or_(letters.c.claimed_at.is_(None), letters.c.claimed_at < over),
    )


# Put together once: that costs more than having the database carry them out.
_WAITING = (
    select(letters.c.body)
    .where(letters.c.entity == bindparam("of_entity"), _claimable(bindparam("over", type_=Instant())))
    .order_by(letters.c.at, letters.c.number, letters.c.key)
    .limit(bindparam("most", type_=Integer()))
)
_CLAIM = (
    update(letters)
    .where(letters.c.key == bindparam("of_key"), _claimable(bindparam("over", type_=Instant())))
    .values(
        claimed_at=bindparam("now", type_=Instant()),
        attempts=letters.c.attempts + 1,
        last_error=case((letters.c.claimed_at.is_not(None), IN_DOUBT), else_=letters.c.last_error),
    )
    .returning(letters.c.entity, letters.c.checkpoint)
)
_OPEN = select(tasks.c.task).where(tasks.c.entity == bindparam("of_entity"))
_RENEW = (
    update(letters)
    .where(
        letters.c.key == bindparam("of_key"),
        letters.c.status.in_(_WAITS),
        letters.c.claimed_at.is_not(None),
    )
    .values(claimed_at=bindparam("now", type_=Instant()))
)
_NOTE = update(letters).where(letters.c.key == bindparam("of_key"), letters.c.status.in_(_UNENDED))
_COUNT = (
    select(func.count())
    .select_from(letters)
    .where(letters.c.entity == bindparam("of_entity"), letters.c.status.in_(_WAITS))
)


def count_waiting(connection: Connection, entity: str) -> int:
    """How many letters of an entity are planned or failed."""
    return connection.execute(_COUNT, {"of_entity": entity}).scalar_one()


def plan(
    connection: Connection,
    planned: Iterable[Letter],
    newest: Checkpoint,
    status: LetterStatus = LetterStatus.PLANNED,
) -> None:
    """File letters with the newest checkpoint; one whose key is on file already is left as it is."""
    rows = [
        {
            "key": letter.key,
            "entity": letter.entity,
            "number": letter.number,
            "kind": letter.kind,
            "recipient": letter.recipient,
            "at": letter.at,
            "body": letter.model_dump(mode="json"),
            "checkpoint": newest.line,
            "status": status.value,
            "attempts": 0,
        }
        for letter in planned
    ]
    if rows:
        connection.execute(insert(connection, letters).on_conflict_do_nothing(index_elements=["key"]), rows)
