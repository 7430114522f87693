"""People, the vault of texts and programmes: what can go without touching an entry."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from pydantic import ValidationError
from sqlalchemy import text as sql

from audit import rebuild, verify
from ledger import SqlLedger
from ledger.rows import Person, Programme
from tests.given import EU_FOCAL, MANAGER, on
from tests.ledger.lives import entries

MARIA = Person(
    id=MANAGER.person,
    key="es-fuenlabrada.manager",
    name="María Ñáñez",
    email="maria.nanez@example.org",
    language="en",
    zone="Europe/Madrid",
    phone="+34 600 000 000",
    demo=True,
)
LI = Person(
    id=EU_FOCAL.person,
    key="cn-hangzhou.focal",
    name="李明",
    email="li@example.org",
    language="zh",
    zone="Asia/Shanghai",
)


def test_people_are_found_by_id_and_by_key(ledger: SqlLedger) -> None:
    ledger.put_person(MARIA)
    ledger.put_person(LI)
    assert ledger.person(MARIA.id) == MARIA and ledger.person_by_key(LI.key) == LI
    assert ledger.person("p-nobody") is None and ledger.person_by_key("nobody") is None
    assert ledger.people((LI.id, "p-nobody")) == {LI.id: LI}
    assert ledger.people(()) == {}
    assert list(ledger.people().values()) == [LI, MARIA]


def test_a_person_is_changed_by_id(ledger: SqlLedger) -> None:
    ledger.put_person(MARIA)
    moved = MARIA.model_copy(update={"email": "maria@example.org", "phone": None})
    ledger.put_person(moved)
    assert ledger.people() == {MARIA.id: moved}


def test_a_key_belongs_to_one_person(ledger: SqlLedger) -> None:
    ledger.put_person(MARIA)
    with pytest.raises(ValueError, match="belongs to somebody else"):
        ledger.put_person(LI.model_copy(update={"key": MARIA.key}))


@pytest.mark.parametrize(
    "wrong", [{"language": "de"}, {"key": "Maria Ñáñez"}, {"id": "maria"}, {"name": ""}, {"email": ""}]
)
def test_a_person_that_cannot_be_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Person.model_validate(MARIA.model_dump() | wrong)


def test_a_text_is_kept_under_a_hash_nobody_can_guess(ledger: SqlLedger) -> None:
    words = "谢谢 — say more on risks 🙂"
    one, two = ledger.store_text(words, "remark", MARIA.id), ledger.store_text(words, "remark")
    assert one != two
    assert ledger.text(one) == ledger.text(two) == words
    assert ledger.text(one.replace("sha256:", "sha256:0")) is None
    assert ledger.texts((one, two, "sha256:none")) == {one: words, two: words}
    with ledger._reading() as connection:
        salt, kept = connection.execute(sql("SELECT salt, text FROM texts WHERE hash = :h"), {"h": one}).one()
    assert len(salt) == 32
    assert one == f"sha256:{hashlib.sha256(bytes(salt) + kept.encode()).hexdigest()}"


@pytest.mark.parametrize("words", ["a\x00b", "lone \ud800 surrogate"])
def test_a_text_no_database_can_keep_is_refused(ledger: SqlLedger, words: str) -> None:
    with pytest.raises(ValueError):
        ledger.store_text(words, "remark")


def test_erasing_a_person_takes_their_texts_and_leaves_the_record_whole(ledger: SqlLedger) -> None:
    ledger.record(entries())
    ledger.put_person(MARIA)
    ledger.put_person(LI)
    own = ledger.store_text("call me at home", "remark", MARIA.id)
    other = ledger.store_text("the report", "deliverable", LI.id)
    unowned = ledger.store_text("the programme's own", "remark")
    theirs = ledger.letters(recipient=MARIA.id)
    ledger.mark_failed(theirs[0].letter.key, f"<{MARIA.email}>: mailbox full")
    before = ledger.checkpoint()
    assert ledger.erase_person(MARIA.id)
    assert not ledger.erase_person(MARIA.id)
    assert ledger.people() == {LI.id: LI}
    assert ledger.texts((own, other, unowned)).keys() == {other, unowned}
    with ledger._reading() as connection:
        for table in ("people", "texts", "letters", "entries", "states"):
            everything = str(connection.execute(sql(f"SELECT * FROM {table}")).all())
            assert MARIA.name not in everything and MARIA.email not in everything
    assert ledger.checkpoint() == before
    assert verify(ledger, before).clean and rebuild(ledger).clean


def test_a_programme_is_kept_with_its_clock(ledger: SqlLedger) -> None:
    facts = {"starts": "2021-01-01", "clusters": ["ECO", "URB"], "title": "中欧"}
    programme = Programme(
        code="11438",
        title="IURC China",
        facts=facts,
        origin=on(2021, 1, 1),
        anchor=on(2026, 11, 24) + timedelta(microseconds=123456),
        speed=20_000_000.5,
    )
    ledger.put_programme(programme)
    assert ledger.programme("11438") == programme
    real = Programme(code="11438", title="IURC China", facts=facts)
    ledger.put_programme(real)
    assert ledger.programmes() == (real,)
    assert ledger.programme("other") is None
