"""Letters from planning to their end, as the post room works with them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, func, or_, select, update

from domain.letters import Letter
from ledger.chain import Checkpoint
from ledger.desk import Desk, insert, wall_clock
from ledger.rows import LetterStatus
from ledger.tables import letters, tasks

LEASE = timedelta(seconds=20)
"""How long a claim holds, in real time; who has a letter in hand renews it, or is taken for dead by then."""
IN_DOUBT = "whoever was sending it died, so nobody knows whether it went out"
"""What stands with a letter whose claim ended by itself, until it is known how it went."""

_WAITS = (LetterStatus.PLANNED.value, LetterStatus.FAILED.value)
_UNENDED = (*_WAITS, LetterStatus.HELD.value, LetterStatus.DOUBTFUL.value)


class LetterBook(Desk):
    """The letters of every entity and how far each one got."""

    def letters_waiting(self, entity: str, limit: int = 50) -> tuple[Letter, ...]:
        """Planned and failed letters of an entity, oldest first; none that is held or being sent right now."""
        waiting = (
            select(letters.c.body)
            .where(letters.c.entity == entity, _claimable(wall_clock()))
            .order_by(letters.c.at, letters.c.number, letters.c.key)
            .limit(limit)
        )
        with self._reading() as connection:
            return tuple(Letter.model_validate(body) for body in connection.scalars(waiting))

    def waiting(self, entity: str) -> int:
        """How many letters of an entity are still to go out, those being sent right now included."""
        with self._reading() as connection:
            return count_waiting(connection, entity)

    def claim(self, key: str) -> bool:
        """Take a letter in hand before it is sent; False where it has ended, is held or is in another's hands.

        A claim that is neither renewed nor reported back ends after `LEASE`. Nobody knows then whether the
        letter went out, and so it says from then on; it goes out again under the same Message-ID.
        """
        now = wall_clock()
        doubt = case((letters.c.claimed_at.is_not(None), IN_DOUBT), else_=letters.c.last_error)
        taken = (
            update(letters)
            .where(letters.c.key == key, _claimable(now))
            .values(claimed_at=now, attempts=letters.c.attempts + 1, last_error=doubt)
        )
        with self._writing() as connection:
            return connection.execute(taken).rowcount == 1

    def renew(self, key: str) -> None:
        """Say that a letter is still in hand; nothing where it has ended meanwhile."""
        in_hand = and_(letters.c.status.in_(_WAITS), letters.c.claimed_at.is_not(None))
        renewed = update(letters).where(letters.c.key == key, in_hand).values(claimed_at=wall_clock())
        with self._writing() as connection:
            connection.execute(renewed)

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
        noted = (
            update(letters)
            .where(letters.c.key == key, letters.c.status.in_(_UNENDED))
            .values(status=status.value, claimed_at=None, **also)
        )
        with self._writing() as connection:
            if connection.execute(noted).rowcount == 0:
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

    def open_tasks(self, entity: str) -> frozenset[str]:
        """The ids of the tasks of an entity that are open now."""
        with self._reading() as connection:
            return frozenset(connection.scalars(select(tasks.c.task).where(tasks.c.entity == entity)))

    def filed_checkpoint(self, key: str) -> str:
        """`tandem checkpoint <size> <hash>` of the entry a letter was planned with: the same at every try."""
        with self._reading() as connection:
            return connection.scalar(select(letters.c.checkpoint).where(letters.c.key == key)) or ""

    def checkpoint_line(self) -> str:
        """`tandem checkpoint <size> <hash>` of the newest entry; empty while there is none."""
        newest = self.checkpoint()
        return newest.line if newest.size else ""


def _claimable(now: datetime) -> ColumnElement[bool]:
    return and_(
        letters.c.status.in_(_WAITS),
        or_(letters.c.claimed_at.is_(None), letters.c.claimed_at < now - LEASE),
    )


def count_waiting(connection: Connection, entity: str) -> int:
    """How many letters of an entity are planned or failed."""
    waiting = select(func.count()).where(letters.c.entity == entity, letters.c.status.in_(_WAITS))
    return connection.execute(waiting).scalar_one()


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
