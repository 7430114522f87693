"""The letters that the rules really cause, over whole lives, from the ledger to the mailbox."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from domain.letters import Letter
from ledger.rows import LetterStatus, Person
from ledger.store import SqlLedger, migrate, open_ledger
from post.mailbox import MaildirCarrier, messages, show
from post.office import PostOffice
from post.ports import Letterbook
from post.rendering import people_in, rendered
from tests import given
from tests.given import CN_FOCAL, END, EU_FOCAL, EVERYBODY, MANAGER
from tests.ledger import lives
from tests.post import story
from tests.post.specimens import CHECKPOINT, SENDER, Somebody, assert_reads_well

LETTERS = story.letters()
ENTITY = "partnership/C1-01"


def test_the_story_causes_letters_of_almost_every_kind() -> None:
    kinds = {letter.kind for letter in LETTERS}
    assert kinds >= {
        *("welcome asked reminder escalation signature outcome answered question paused resumed".split()),
        *("late_objection taken_back handed_over advice overdue cut_off at_risk extended".split()),
        *("member_replaced holder_changed withdrawn closed".split()),
    }


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_letter_of_a_whole_life_reads_well(language: str) -> None:
    zone = "Asia/Shanghai" if language == "zh" else "Europe/Madrid"
    for letter in LETTERS:
        reader = Somebody("Lin Tao", "lin.tao@drc.example.cn", language, zone)
        told = rendered(letter, dict.fromkeys(people_in(letter), reader), SENDER, checkpoint=CHECKPOINT)
        assert_reads_well(told)
        own = _english(told.text)
        assert own.count("   By: ") + own.count("   Was due: ") + own.count("   Date now: ") == len(
            letter.items
        )


@pytest.mark.parametrize("letter", [one for one in LETTERS if one.kind == "signature"][:4])
def test_a_mayor_is_never_written_to(letter: Letter) -> None:
    assert letter.recipient in (EU_FOCAL.person, CN_FOCAL.person, given.person("newfocal"))
    assert "to your signatory" in _english(
        rendered(letter, {letter.recipient: Somebody("A", "a@b.eu", "en", "UTC")}, SENDER).text
    )


def test_a_second_version_is_asked_for_by_its_number() -> None:
    subjects = [
        rendered(letter, {letter.recipient: Somebody("A", "a@b.eu", "en", "UTC")}, SENDER).subject
        for letter in LETTERS
        if letter.kind == "asked" and letter.recipient == MANAGER.person
    ]
    assert any("Please hand in the scoping report, version 2, by" in subject for subject in subjects)


@pytest.fixture
def ledger(tmp_path: Path) -> SqlLedger:
    """A ledger with a year of a partnership on record, everybody on file, half of them readers of Chinese."""
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    migrate(url)
    opened = open_ledger(url, "test")
    for place, who in enumerate(EVERYBODY):
        person = Person(
            id=who.person,
            key=who.person,
            name="王芳" if place % 2 else f"Reader {place}",
            email=f"{who.person}@example.org",
            language="zh" if place % 2 else "en",
            zone="Asia/Shanghai" if place % 2 else "Europe/Madrid",
            demo=True,
        )
        opened.put_person(person)
    for batch in lives.batches():
        opened.record(batch)
    return opened


async def test_from_the_ledger_to_the_mailbox(ledger: SqlLedger, tmp_path: Path) -> None:
    book: Letterbook = ledger
    office = PostOffice(book, MaildirCarrier(tmp_path / "mail"), SENDER, "tandem.example.eu")
    planned = ledger.letters(entity=ENTITY)
    first = await office.deliver(ENTITY, END)
    assert first.sent > 10 and first.refused == first.waiting == 0
    assert first.sent + first.withdrawn == len(planned)
    again = await office.deliver(ENTITY, END + timedelta(days=1))
    assert (again.sent, again.refused, again.withdrawn, again.waiting) == (0, 0, 0, 0)
    rows = messages(tmp_path / "mail")
    assert len(rows) == first.sent
    filed = ledger.letters(entity=ENTITY)
    assert {one.status for one in filed} <= {LetterStatus.SENT, LetterStatus.WITHDRAWN}
    assert all(one.sent_at == END for one in filed if one.status is LetterStatus.SENT)
    for row in rows:
        shown = show(tmp_path / "mail", row.number)
        assert re.search(r"\ntandem checkpoint \d+ [0-9a-f]+\n$", shown)
        assert "Demonstration data" in shown


async def test_the_ledger_forgets_a_person_and_the_post_no_longer_writes(
    ledger: SqlLedger, tmp_path: Path
) -> None:
    ledger.erase_person(MANAGER.person)
    office = PostOffice(ledger, MaildirCarrier(tmp_path / "mail"), SENDER, "tandem.example.eu")
    told = await office.deliver(ENTITY, END)
    assert told.refused > 0 and told.waiting == 0
    refused = [one for one in ledger.letters(entity=ENTITY) if one.status is LetterStatus.REFUSED]
    assert {one.letter.recipient for one in refused} == {MANAGER.person}
    assert {one.last_error for one in refused} == {"no address on file"}


async def test_what_is_held_after_a_restore_stays_until_it_is_released(
    ledger: SqlLedger, tmp_path: Path
) -> None:
    office = PostOffice(ledger, MaildirCarrier(tmp_path / "mail"), SENDER, "tandem.example.eu")
    held = ledger.hold_letters()
    assert (await office.deliver(ENTITY, END)).sent == 0
    assert ledger.release_letters() == held
    assert (await office.deliver(ENTITY, END)).sent > 0


def _english(text: str) -> str:
    return text.partition("── English ──")[2] or text
