"""The post office: what waits goes out once, or is withdrawn, refused or left waiting."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from activities.ports import Delivered, Post
from domain.letters import Letter
from post.messages import message_id
from post.office import PostOffice
from post.ports import AddressRefused, Carrier, Envelope, Letterbook, PostTrouble
from post.rendering import Rendered, rendered
from tests.post.book import Bag, Book
from tests.post.specimens import ANA, AT, CHECKPOINT, DUE, IDS, LATER, LUCA, SENDER, WANG, item, letter

ENTITY = "partnership/C1-01"
DOMAIN = "tandem.example.eu"
NOW = datetime(2023, 3, 1, 9, tzinfo=UTC)


def office(book: Letterbook, carrier: Carrier) -> PostOffice:
    return PostOffice(book, carrier, SENDER, DOMAIN)


def several(*names: str) -> list[Letter]:
    """Letters one after the other, each of an entry of its own."""
    return [letter(name, number=number) for number, name in enumerate(names, start=1)]


async def test_what_waits_is_sent_oldest_first_and_marked_with_its_message_id() -> None:
    letters = several("asked", "outcome", "paused")
    book, bag = Book(letters[::-1]), Bag()
    post: Post = office(book, bag)
    assert await post.deliver(ENTITY, NOW) == Delivered(sent=3)
    assert [str(one.message["X-Tandem-Letter"]) for one in bag.carried] == [one.key for one in letters]
    assert book.sent == [(one.key, message_id(one.key, DOMAIN), NOW) for one in letters]
    assert [str(one.message["Message-ID"]) for one in bag.carried] == [sent[1] for sent in book.sent]
    assert bag.carried[0].message.get_content().rstrip().endswith(CHECKPOINT)


async def test_delivering_twice_sends_once() -> None:
    book, bag = Book(several("asked", "outcome")), Bag()
    post = office(book, bag)
    await post.deliver(ENTITY, NOW)
    assert await post.deliver(ENTITY, NOW) == Delivered()
    assert len(bag.carried) == 2


async def test_two_runs_at_once_send_each_letter_once() -> None:
    letters = [letter("asked", number=number, key=f"k/{number}") for number in range(120)]
    book, bag = Book(letters), Bag()
    done = await asyncio.gather(*(office(book, bag).deliver(ENTITY, NOW) for _ in range(4)))
    assert sum(one.sent for one in done) == len(bag.carried) == 120
    assert len(set(book.claims)) == len(book.claims) == 120


async def test_only_the_entitys_own_letters_go_out() -> None:
    other = letter("asked", entity="partnership/C1-02", key="other")
    book, bag = Book([letter("asked"), other]), Bag()
    assert await office(book, bag).deliver(ENTITY, NOW) == Delivered(sent=1)
    assert book.of(other) == "planned"


async def test_a_request_that_is_done_meanwhile_is_withdrawn() -> None:
    asked, news = letter("asked"), letter("outcome", number=18)
    book, bag = Book([asked, news], tasks={"decide/G5.team/2/0"}), Bag()
    assert await office(book, bag).deliver(ENTITY, NOW) == Delivered(sent=1, withdrawn=1)
    assert book.of(asked) == "withdrawn"
    assert bag.subjects()[0].startswith("[C1-01] Approved")


async def test_a_request_that_is_half_done_asks_for_the_rest() -> None:
    book, bag = Book([letter("asked/several")], tasks={"submit/pilot_investments/0"}), Bag()
    assert await office(book, bag).deliver(ENTITY, NOW) == Delivered(sent=1)
    assert bag.subjects() == ["[C1-01] Please hand in the pilot project fiche, by 23 March 2023"]


async def test_an_erased_person_is_not_written_to() -> None:
    gone = letter("asked")
    book, bag = Book([gone]), Bag()
    del book.on_file[IDS[ANA]]
    assert await office(book, bag).deliver(ENTITY, NOW) == Delivered(refused=1)
    assert book.errors == {gone.key: "no address on file"}
    assert bag.carried == []


async def test_an_erased_copy_does_not_keep_the_letter_back() -> None:
    book, bag = Book([letter("reminder/copied")]), Bag()
    del book.on_file[IDS[LUCA]]
    assert await office(book, bag).deliver(ENTITY, NOW) == Delivered(sent=1)
    assert bag.carried[0].copies == ()
    assert "Copy to" not in bag.carried[0].message.get_content()


async def test_trouble_with_the_mail_server_leaves_everything_waiting_until_it_is_over() -> None:
    letters = several("asked", "outcome", "paused")
    book, bag = Book(letters), Bag([None, PostTrouble("mail server mail.example:587: closed, says <x@y.eu>")])
    post = office(book, bag)
    assert await post.deliver(ENTITY, NOW) == Delivered(sent=1, waiting=2)
    assert [book.of(one) for one in letters] == ["sent", "failed", "planned"]
    assert book.errors == {letters[1].key: "mail server mail.example:587: closed, says <address>"}
    assert await post.deliver(ENTITY, NOW) == Delivered(sent=2)
    assert len(bag.carried) == 3


async def test_one_full_mailbox_holds_up_its_own_letters_only_and_in_their_order() -> None:
    first, to_wang, second = letter("asked"), letter("asked", WANG, number=18), letter("outcome", number=19)
    book = Book([first, to_wang, second])
    bag = Bag([PostTrouble("452 mailbox full", everyone=False)])
    post = office(book, bag)
    assert await post.deliver(ENTITY, NOW) == Delivered(sent=1, waiting=2)
    assert [book.of(one) for one in (first, to_wang, second)] == ["failed", "sent", "planned"]
    assert await post.deliver(ENTITY, NOW) == Delivered(sent=2)


async def test_an_address_refused_for_good_is_not_tried_again() -> None:
    refused, other = letter("asked"), letter("asked", WANG, number=18)
    book = Book([refused, other])
    bag = Bag([AddressRefused("the mail server answered 550 no such user ana.garcia@ayto.example.eu")])
    post = office(book, bag)
    assert await post.deliver(ENTITY, NOW) == Delivered(sent=1, refused=1)
    assert book.errors == {refused.key: "the mail server answered 550 no such user <address>"}
    assert await post.deliver(ENTITY, NOW) == Delivered()


async def test_who_dies_between_sending_and_noting_it_sends_again_under_the_same_message_id() -> None:
    class Died(BaseException):
        """The process ends here."""

    class Dying(Book):
        def mark_sent(self, key: str, message_id: str, at: datetime) -> None:
            if not self.sent:
                self.sent.append((key, message_id, at))
                raise Died
            super().mark_sent(key, message_id, at)

    book, bag = Dying([letter("asked")]), Bag()
    with pytest.raises(Died):
        await office(book, bag).deliver(ENTITY, NOW)
    # while the claim holds nobody else sends it, and the caller is told that something waits
    assert await office(book, bag).deliver(ENTITY, NOW) == Delivered(waiting=1, elsewhere=1)
    book.lease_over()
    assert await office(book, bag).deliver(ENTITY, NOW) == Delivered(sent=1)
    first, second = bag.carried
    assert first.message.as_bytes() == second.message.as_bytes()
    assert first.message["Message-ID"] == second.message["Message-ID"]


async def test_a_letter_is_said_to_be_in_hand_as_long_as_it_is_being_sent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Else whoever looks after the claim ran out would take it, and send it twice."""

    class Slow(Bag):
        async def carry(self, envelope: Envelope) -> None:
            await asyncio.sleep(0.2)
            await super().carry(envelope)

    monkeypatch.setattr("post.office._RENEWAL", 0.02)
    letters = several("asked", "outcome")
    book, bag = Book(letters), Slow()
    assert await office(book, bag).deliver(ENTITY, NOW) == Delivered(sent=2)
    assert {book.renewed.count(one.key) > 1 for one in letters} == {True}
    renewed = len(book.renewed)
    await asyncio.sleep(0.1)
    assert len(book.renewed) == renewed


async def test_a_book_that_is_away_while_a_letter_goes_out_does_not_make_it_go_twice(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever sent it lives and knows it, so it is noted as soon as the book is there again."""

    class Away(Book):
        def mark_sent(self, key: str, message_id: str, at: datetime) -> None:
            if next(troubles, None) is not None:
                raise ConnectionError("the database went away")
            super().mark_sent(key, message_id, at)

    troubles = iter(range(5))
    monkeypatch.setattr("post.office._PAUSE", 0.001)
    book, bag = Away([letter("asked")]), Bag()
    assert await office(book, bag).deliver(ENTITY, NOW) == Delivered(sent=1)
    assert len(bag.carried) == len(book.sent) == 1
    assert capsys.readouterr().out.count("letter sent, and not noted yet") == 5


async def test_a_held_letter_is_never_sent() -> None:
    held = letter("asked")
    book, bag = Book([held], status={held.key: "held"}), Bag()
    assert await office(book, bag).deliver(ENTITY, NOW) == Delivered()
    assert bag.carried == []


async def test_after_an_outage_only_the_newest_reminder_of_a_task_speaks() -> None:
    early = letter("reminder", number=1)
    late = letter("reminder/late", number=2)
    other = letter("reminder", WANG, number=3)
    mayors, mayors_late = letter("signature", number=4), letter("signature/late", number=5)
    both = (item(offset=-3), item(task="submit/scoping/0", what="submit", subject="scoping", due=LATER))
    wider = letter(
        "reminder", number=0, key="wider", items=both, about=("decide/G5.review/2/0", "submit/scoping/0")
    )
    book, bag = Book([wider, early, late, other, mayors, mayors_late]), Bag()
    assert await office(book, bag).deliver(ENTITY, NOW) == Delivered(sent=4, withdrawn=2)
    assert book.of(mayors) == "withdrawn" and book.of(mayors_late) == "sent"
    assert book.of(early) == "withdrawn" and book.of(late) == "sent" and book.of(wider) == "sent"


async def test_a_letter_nobody_can_write_waits_and_keeps_no_other_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wrong, right = letter("asked"), letter("asked", WANG, number=18)

    def breaking(one: Letter, *rest: Any, **more: Any) -> Rendered:
        if one.key == wrong.key:
            raise ZeroDivisionError("Ana García López")
        return rendered(one, *rest, **more)

    monkeypatch.setattr("post.office.rendered", breaking)
    book, bag = Book([wrong, right]), Bag()
    assert await office(book, bag).deliver(ENTITY, NOW) == Delivered(sent=1, waiting=1)
    assert book.errors == {wrong.key: "ZeroDivisionError while writing it"}


async def test_the_clock_says_when_a_letter_was_sent_where_there_is_one() -> None:
    book, bag = Book([letter("asked")]), Bag()
    await PostOffice(book, bag, SENDER, DOMAIN, clock=lambda: DUE).deliver(ENTITY, NOW)
    assert book.sent[0][2] == DUE
    assert str(bag.carried[0].message["Date"]) == "Mon, 20 Feb 2023 09:00:00 +0100"
    assert AT.isoformat() == "2023-02-20T08:00:00+00:00"


def test_a_wrong_senders_address_is_told_at_the_start() -> None:
    with pytest.raises(ValueError, match="not an e-mail address"):
        PostOffice(Book([]), Bag(), replace(SENDER, address="secretariat"), DOMAIN)


async def test_no_name_and_no_address_enters_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    class Spoken:
        async def carry(self, envelope: Envelope) -> None:
            raise PostTrouble(f"450 <{envelope.recipient}> busy", everyone=False)

    book = Book([letter("asked"), letter("asked", WANG, number=18)])
    await office(book, Spoken()).deliver(ENTITY, NOW)
    del book.on_file[IDS[ANA]]
    await office(book, Bag([None, AddressRefused(f"{WANG.email} unknown")])).deliver(ENTITY, NOW)
    told = capsys.readouterr().out
    assert "letter not taken" in told and "letter refused" in told
    for secret in (ANA.name, ANA.email, WANG.name, WANG.email, "Garc", "@"):
        assert secret not in told
