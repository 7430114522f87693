"""People, the vault of texts and the programmes: what can be changed or erased without touching an entry."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable

from sqlalchemy import Connection, bindparam, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from ledger.desk import Desk, upsert, wall_clock
from ledger.rows import Person, Programme
from ledger.tables import erasures, letters, people, programmes, texts, travel


class Registry(Desk):
    """People, texts and programmes."""

    def put_person(self, person: Person) -> None:
        """Enter a person, or change the one with this id; ValueError where the key belongs to somebody else."""
        try:
            with self._writing() as connection:
                upsert(connection, people, "id", person.model_dump())
        except IntegrityError:
            raise ValueError(f"the key {person.key!r} belongs to somebody else; choose another") from None

    def person(self, id: str) -> Person | None:
        """The person behind an id; None where there is none, or none any more."""
        return self.people((id,)).get(id)

    def person_by_key(self, key: str) -> Person | None:
        """The person with this handle."""
        with self._reading() as connection:
            found = connection.execute(select(people).where(people.c.key == key)).one_or_none()
            return Person.model_validate(found._asdict()) if found else None

    def people(self, ids: Iterable[str] | None = None) -> dict[str, Person]:
        """Those of these people who are on file, by id; everybody, in the order of keys, where none are named."""
        with self._reading() as connection:
            return people_of(connection, ids)

    def erase_person(self, id: str) -> bool:
        """Erase a person with all texts they own and what mail servers said about them; entries stay as they are.

        False where nobody was on file under this id; texts are erased even so. That it was done is kept, so that
        an older copy of the ledger does not bring anybody back.
        """
        with self._writing() as connection:
            upsert(connection, erasures, "id", {"id": id, "at": wall_clock()})
            connection.execute(delete(texts).where(texts.c.owner == id))
            connection.execute(delete(travel).where(travel.c.person == id))
            about = or_(letters.c.recipient == id, letters.c.body.like(f'%"{id}"%'))
            connection.execute(update(letters).where(about).values(last_error=None))
            return connection.execute(delete(people).where(people.c.id == id)).rowcount == 1

    def erased(self) -> frozenset[str]:
        """The ids of everybody whose data were erased."""
        with self._reading() as connection:
            return frozenset(connection.scalars(select(erasures.c.id)))

    def store_text(self, text: str, kind: str, owner: str | None = None) -> str:
        """Keep a free text in the vault; returns the hash under which entries may speak of it.

        The hash is `sha256:` and 64 hex digits over 32 random bytes and the text in UTF-8, so that nobody can
        find a text by guessing, and the same text stored twice has two hashes. `owner` is the id of the
        person whose text it is, with whom it is erased. ValueError for a text that no database can keep.
        """
        if "\x00" in text:
            raise ValueError("the text has a NUL character in it; remove it")
        salt = secrets.token_bytes(32)
        hashed = f"sha256:{hashlib.sha256(salt + text.encode()).hexdigest()}"
        row = {
            "hash": hashed,
            "salt": salt,
            "text": text,
            "kind": kind,
            "owner": owner,
            "stored_at": wall_clock(),
        }
        with self._writing() as connection:
            connection.execute(insert(texts).values(row))
        return hashed

    def text(self, hash: str) -> str | None:
        """The text behind a hash; None where it was erased or never stored."""
        with self._reading() as connection:
            return connection.scalar(select(texts.c.text).where(texts.c.hash == hash))

    def texts(self, hashes: Iterable[str]) -> dict[str, str]:
        """Those of these texts that are in the vault, by hash."""
        wanted = select(texts.c.hash, texts.c.text).where(texts.c.hash.in_(tuple(hashes)))
        with self._reading() as connection:
            return {row.hash: row.text for row in connection.execute(wanted)}

    def put_travel(self, visit: str, person: str, data: str) -> None:
        """Keep what a participant's visa needs, in place of what was kept before; gone with the visit's purge."""
        row = {"visit": visit, "person": person, "data": data, "stored_at": wall_clock()}
        with self._writing() as connection:
            connection.execute(delete(travel).where(travel.c.visit == visit, travel.c.person == person))
            connection.execute(insert(travel).values(row))

    def travel(self, visit: str) -> dict[str, str]:
        """What is kept for a visit, by the ids of its participants."""
        query = (
            select(travel.c.person, travel.c.data).where(travel.c.visit == visit).order_by(travel.c.person)
        )
        with self._reading() as connection:
            return {row.person: row.data for row in connection.execute(query)}

    def put_programme(self, programme: Programme) -> None:
        """Enter a programme, or change the one with this code, its clock included."""
        with self._writing() as connection:
            upsert(connection, programmes, "code", programme.model_dump())

    def programme(self, code: str) -> Programme | None:
        """The programme with this code."""
        with self._reading() as connection:
            found = connection.execute(select(programmes).where(programmes.c.code == code)).one_or_none()
            return Programme.model_validate(found._asdict()) if found else None

    def programmes(self) -> tuple[Programme, ...]:
        """All programmes, by code."""
        with self._reading() as connection:
            rows = connection.execute(select(programmes).order_by(programmes.c.code))
            return tuple(Programme.model_validate(row._asdict()) for row in rows)


_EVERYBODY = select(people).order_by(people.c.key)
_THESE = _EVERYBODY.where(people.c.id.in_(bindparam("ids", expanding=True)))


def people_of(connection: Connection, ids: Iterable[str] | None) -> dict[str, Person]:
    """Those of these people who are on file, by id; everybody, in the order of keys, where None is given."""
    rows = connection.execute(_EVERYBODY) if ids is None else connection.execute(_THESE, {"ids": list(ids)})
    return {row.id: Person.model_validate(row._asdict()) for row in rows}
