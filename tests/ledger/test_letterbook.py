"""Letters from planning to their end, as the post room works with them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from ledger import SqlLedger, letterbook
from ledger.chain import Checkpoint
from ledger.desk import wall_clock
from ledger.rows import LetterStatus
from post.ports import Letterbook
from tests.given import on
from tests.ledger.lives import entries
from tests.ledger.test_registry import MARIA

ENTITY = "partnership/C1-01"


@pytest.fixture
def keys(ledger: SqlLedger) -> list[str]:
    """The keys of all letters of a recorded life, oldest first."""
    ledger.record(entries())
    return [letter.key for letter in ledger.letters_waiting(ENTITY, 1000)]


def test_is_the_letterbook_that_the_post_asks_for(ledger: SqlLedger, keys: list[str]) -> None:
    book: Letterbook = ledger
    assert [letter.key for letter in book.letters_waiting(ENTITY, 3)] == keys[:3]
    filed = ledger.letter(keys[0])
    held = book.claim(keys[0], ("p-nobody",))
    assert filed is not None and held is not None
    assert (held.checkpoint, dict(held.people)) == (filed.checkpoint, {})
    assert Checkpoint.read(filed.checkpoint).size > 0


def test_letters_wait_oldest_first_for_their_own_entity(ledger: SqlLedger, keys: list[str]) -> None:
    ledger.record(entries("C1-02"))
    waiting = ledger.letters_waiting(ENTITY, 1000)
    assert [letter.at for letter in waiting] == sorted(letter.at for letter in waiting)
    assert {letter.entity for letter in waiting} == {ENTITY}
    assert len(waiting) == ledger.waiting(ENTITY) == len(keys) > 10
    assert ledger.letters_waiting("partnership/none") == ()


def test_a_claimed_letter_is_in_one_hand_only(ledger: SqlLedger, keys: list[str]) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert sum(held is not None for held in pool.map(ledger.claim, [keys[0]] * 8)) == 1
    assert keys[0] not in [letter.key for letter in ledger.letters_waiting(ENTITY, 1000)]
    assert ledger.waiting(ENTITY) == len(keys)


def test_a_claim_of_somebody_who_died_ends_by_itself(
    ledger: SqlLedger, keys: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ledger.claim(keys[0])
    later = wall_clock() + letterbook.LEASE + timedelta(seconds=1)
    monkeypatch.setattr(letterbook, "wall_clock", lambda: later)
    assert keys[0] == ledger.letters_waiting(ENTITY)[0].key
    assert ledger.claim(keys[0])
    filed = ledger.letter(keys[0])
    assert filed is not None and filed.attempts == 2 and filed.claimed_at == later
    assert filed.last_error == letterbook.IN_DOUBT
    ledger.withdraw(keys[0])
    withdrawn = ledger.letter(keys[0])
    assert withdrawn is not None and withdrawn.last_error == letterbook.IN_DOUBT


def test_a_claim_that_is_renewed_goes_on(
    ledger: SqlLedger, keys: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ledger.claim(keys[0])
    begun = wall_clock()
    for step in range(1, 5):
        later = begun + step * letterbook.LEASE * 0.75
        monkeypatch.setattr(letterbook, "wall_clock", lambda later=later: later)
        assert not ledger.claim(keys[0])
        ledger.renew(keys[0])
    ledger.mark_failed(keys[0], "greylisted")
    ledger.renew(keys[0])
    filed = ledger.letter(keys[0])
    assert filed is not None and (filed.claimed_at, filed.last_error) == (None, "greylisted")
    assert ledger.claim(keys[0])


def foot(ledger: SqlLedger, key: str) -> str:
    """What a letter says of the ledger, claimed just now."""
    held = ledger.claim(key)
    assert held is not None
    return held.checkpoint


def test_the_foot_of_a_letter_is_the_same_at_every_try(ledger: SqlLedger, keys: list[str]) -> None:
    before = foot(ledger, keys[0])
    ledger.mark_failed(keys[0], "greylisted")
    ledger.record(entries("C1-02"))
    assert foot(ledger, keys[0]) == before != ledger.checkpoint_line()


def test_a_letter_that_may_have_gone_out_says_so_when_it_is_withdrawn(
    ledger: SqlLedger, keys: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seen when a worker was killed in the second it sent one: the record said it had never gone out."""
    known, unknown, sent = keys[:3]
    for key in (unknown, sent):
        assert ledger.claim(key)
    later = wall_clock() + letterbook.LEASE + timedelta(seconds=1)
    monkeypatch.setattr(letterbook, "wall_clock", lambda: later)
    for key in (known, unknown, sent):
        assert ledger.claim(key)
    for key in (known, unknown):
        ledger.withdraw(key)
    ledger.mark_sent(sent, "<one@tandem>", on(2021, 4, 1))
    filed = [ledger.letter(key) for key in (known, unknown, sent)]
    assert [one and (one.status.value, one.last_error) for one in filed] == [
        ("withdrawn", None),
        ("withdrawn", letterbook.IN_DOUBT),
        ("sent", None),
    ]


def test_a_sent_letter_is_done_for_ever(ledger: SqlLedger, keys: list[str]) -> None:
    key = keys[0]
    assert ledger.claim(key)
    ledger.mark_sent(key, "<one@tandem>", on(2021, 4, 1))
    ledger.mark_sent(key, "<two@tandem>", on(2021, 4, 2))
    ledger.mark_failed(key, "too late")
    ledger.withdraw(key)
    assert not ledger.claim(key)
    filed = ledger.letter(key)
    assert filed is not None
    assert (filed.status, filed.message_id, filed.sent_at) == ("sent", "<one@tandem>", on(2021, 4, 1))
    assert (filed.last_error, filed.claimed_at, filed.attempts) == (None, None, 1)


def test_a_failed_letter_goes_on_waiting(ledger: SqlLedger, keys: list[str]) -> None:
    assert ledger.claim(keys[0])
    ledger.mark_failed(keys[0], "greylisted " * 100)
    filed = ledger.letter(keys[0])
    assert filed is not None and filed.status == "failed" and filed.last_error is not None
    assert len(filed.last_error) == 500
    assert keys[0] in [letter.key for letter in ledger.letters_waiting(ENTITY, 1000)]
    assert ledger.claim(keys[0])


@pytest.mark.parametrize("end", ["refused", "withdrawn"])
def test_a_refused_or_withdrawn_letter_waits_no_more(ledger: SqlLedger, keys: list[str], end: str) -> None:
    if end == "refused":
        ledger.mark_refused(keys[0], "no address on file")
    else:
        ledger.withdraw(keys[0])
    assert [letter.key for letter in ledger.letters_waiting(ENTITY, 1000)] == keys[1:]
    assert [filed.letter.key for filed in ledger.letters(status=end)] == [keys[0]]
    assert not ledger.claim(keys[0])


def test_a_letter_that_never_was_is_an_error(ledger: SqlLedger) -> None:
    assert not ledger.claim("nobody/knows")
    with pytest.raises(LookupError, match="there is no letter 'nobody/knows'"):
        ledger.mark_sent("nobody/knows", "<x@tandem>", on(2021, 4, 1))


def test_held_letters_wait_for_a_person(ledger: SqlLedger, keys: list[str]) -> None:
    ledger.mark_sent(keys[0], "<one@tandem>", on(2021, 4, 1))
    ledger.mark_failed(keys[1], "no connection")
    assert ledger.hold_letters() == len(keys) - 1
    assert ledger.letters_waiting(ENTITY) == () and ledger.waiting(ENTITY) == 0
    assert not ledger.claim(keys[2])
    assert len(ledger.letters(status=LetterStatus.HELD)) == len(keys) - 1
    assert ledger.release_letters() == len(keys) - 1
    assert [letter.key for letter in ledger.letters_waiting(ENTITY, 1000)] == keys[1:]


def test_a_claim_comes_with_the_open_tasks_and_the_people_on_file(ledger: SqlLedger, keys: list[str]) -> None:
    ledger.put_person(MARIA)
    held = ledger.claim(keys[0], (MARIA.id, "p-nobody"))
    assert held is not None and held.people == {MARIA.id: MARIA}
    assert held.open_tasks == {task.task for task in ledger.tasks(entity="partnership/C1-01")} != set()


def test_letters_can_be_looked_up(ledger: SqlLedger, keys: list[str]) -> None:
    newest = ledger.letters(ENTITY, limit=1)[0]
    assert newest.letter.key == keys[-1]
    to = newest.letter.recipient
    own = ledger.letters(recipient=to)
    assert {filed.letter.recipient for filed in own} == {to} and newest in own
    reminders = ledger.letters(kind="reminder")
    assert {filed.letter.kind for filed in reminders} == {"reminder"}
    assert ledger.letters("partnership/none") == () and ledger.letter("nobody/knows") is None
    Checkpoint.read(newest.checkpoint)
