"""Messages on the wire: nothing from outside steers a header."""

from __future__ import annotations

import re
from dataclasses import replace
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.letters import Letter
from post.messages import enveloped, message_id
from post.ports import AddressRefused, Envelope, Person
from post.rendering import Sender, rendered
from post.sanitising import clean, usable_address, without_addresses
from tests.post.specimens import ANA, IDS, LUCA, PEOPLE, SENDER, WANG, Somebody, letter

DOMAIN = "tandem.example.eu"
HEADERS = {
    "From",
    "To",
    "Cc",
    "Reply-To",
    "Subject",
    "Date",
    "Message-ID",
    "List-Id",
    "Auto-Submitted",
    "Content-Language",
    "X-Tandem-Letter",
    "Content-Type",
    "Content-Transfer-Encoding",
    "MIME-Version",
}


def sealed(
    letter: Letter, people: dict[str, Person] | None = None, sender: Sender = SENDER
) -> tuple[Envelope, EmailMessage]:
    """The envelope, and the message as whoever receives its bytes reads it."""
    known: dict[str, Person] = people if people is not None else dict(PEOPLE)
    envelope = enveloped(letter, rendered(letter, known, sender), known, sender, DOMAIN)
    read = BytesParser(EmailMessage, policy=policy.default).parsebytes(envelope.message.as_bytes())
    return envelope, read


def text(read: EmailMessage) -> str:
    """The text with the line ends of this side of the wire."""
    return str(read.get_content()).replace("\r\n", "\n")


def test_a_letter_carries_the_headers_that_clients_and_filters_look_for() -> None:
    envelope, read = sealed(letter("reminder/copied"))
    assert envelope.recipient == ANA.email and envelope.copies == (LUCA.email,)
    assert envelope.sender == SENDER.address
    assert read["From"] == "IURC China secretariat <secretariat@tandem.example.eu>"
    assert read["To"] == "Ana García López <ana.garcia@ayto.example.eu>"
    assert read["Cc"] == "Luca Moretti <luca.moretti@ayto.example.eu>"
    assert read["Reply-To"] == read["From"]
    assert read["Date"] == "Fri, 17 Mar 2023 09:00:00 +0100"
    assert re.fullmatch(r"<[0-9a-f]{40}@tandem\.example\.eu>", read["Message-ID"])
    assert read["List-Id"] == "IURC China C1-01 <c1-01.partnership.tandem.example.eu>"
    assert read["Auto-Submitted"] == "auto-generated"
    assert read["Content-Language"] == "en"
    assert read["X-Tandem-Letter"] == "partnership/C1-01/17/reminder/copied/p-anagarcia"
    assert read["Content-Type"].startswith("text/plain")
    assert text(read) == rendered(letter("reminder/copied"), PEOPLE, SENDER).text


def test_answers_go_to_the_secretariats_own_address_where_it_has_one() -> None:
    _, read = sealed(letter("asked"), sender=replace(SENDER, reply_to="answers@tandem.example.eu"))
    assert read["Reply-To"].addresses[0].addr_spec == "answers@tandem.example.eu"


def test_chinese_arrives_whole_and_is_plain_ascii_on_the_wire() -> None:
    envelope, read = sealed(letter("asked", WANG))
    assert envelope.message.as_bytes().isascii()
    assert read["Content-Language"] == "zh, en"
    assert read["To"].addresses[0].display_name == "王芳"
    assert "请审议《城市合作行动计划》第2版（双方审阅），2023年3月14日前" in read["Subject"]
    assert text(read) == rendered(letter("asked", WANG), PEOPLE, SENDER).text


def test_the_message_id_is_the_letters_for_ever_and_says_nothing_about_it() -> None:
    first, second = letter("asked"), letter("reminder")
    assert message_id(first.key, DOMAIN) == message_id(first.key, DOMAIN)
    assert message_id(first.key, DOMAIN) != message_id(second.key, DOMAIN)
    assert "anagarcia" not in message_id(first.key, DOMAIN)


HOSTILE = [
    "Ana\r\nBcc: everybody@evil.example",
    "Ana\nSubject: You have won\n\nClick here",
    'Ana" <ana@evil.example>, "x',
    "Ana\x00García",
    "\u202eanA\u202c \u2066x\u2069",
    "Ana\u2028Bcc: x@evil.example\u2029",
    "Ana\x0bBcc: x@evil.example\x85Cc: y@evil.example",
    "A" * 10_000,
    "王" * 2_000,
    "👩🏽‍💼 Ana 🎉 " * 40,
    "=?utf-8?q?Ana=0ABcc=3A_x=40evil=2Eexample?=",
    "Ana (comment) <x@y.example>; group:;",
    "\ud800Ana",
    "   ",
    "",
]


def _holds(read: EmailMessage, envelope: Envelope) -> None:
    raw = envelope.message.as_bytes()
    assert set(read.keys()) <= HEADERS
    assert all(len(read.get_all(name, [])) == 1 for name in read)
    assert [address.addr_spec for address in read["To"].addresses] == [envelope.recipient]
    head, _, _ = raw.partition(b"\r\n\r\n")
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)|\x00", raw)
    assert not re.search(rb"^(Bcc|Subject: You)", head, re.M)
    assert not re.search(
        "[\u202a-\u202e\u2066-\u2069\x00]", read["To"] + read["Subject"] + read.get_content()
    )


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("kind", ["asked", "reminder/copied"])
def test_a_hostile_name_stays_a_name(name: str, kind: str) -> None:
    people: dict[str, Person] = {
        **PEOPLE,
        IDS[ANA]: replace(ANA, name=name),
        IDS[LUCA]: replace(LUCA, name=name),
    }
    envelope, read = sealed(letter(kind), people)
    _holds(read, envelope)
    # the parser at hand keeps the blanks between encoded words, which are none (RFC 2047, 6.2)
    assert len(read["To"].addresses[0].display_name.replace(" ", "")) <= 80
    assert "Why this reaches you" in read.get_content()


@given(name=st.text(max_size=200), place=st.text(max_size=200), key=st.text(max_size=80))
def test_no_name_place_or_key_whatever_steers_a_header(name: str, place: str, key: str) -> None:
    people: dict[str, Person] = {**PEOPLE, IDS[ANA]: replace(ANA, name=name)}
    facts = {"eu_member": place, "cn_member": place}
    envelope, read = sealed(letter("welcome", facts=facts, key=key), people)
    _holds(read, envelope)


@given(st.text(max_size=300), st.integers(min_value=1, max_value=100))
def test_clean_text_is_one_line_without_steering_characters(text: str, longest: int) -> None:
    cleaned = clean(text, longest)
    assert len(cleaned) <= longest
    assert cleaned == clean(cleaned, longest)
    assert len(cleaned.splitlines()) <= 1
    assert cleaned.isprintable() or not re.search("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", cleaned)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ana",
        "ana@",
        "@example.eu",
        "ana@example.eu\r\nRCPT TO:<x@evil.example>",
        "ana@example.eu, x@evil.example",
        "ana@ex ample.eu",
        "<ana@example.eu>",
        "ana@@example.eu",
        "ana@example..eu",
        "áña@example.eu",
        "ana\x00@example.eu",
        f"ana@{'a' * 80}.eu",
    ],
)
def test_an_address_that_cannot_be_used_refuses_the_letter_without_repeating_it(address: str) -> None:
    people: dict[str, Person] = {**PEOPLE, IDS[ANA]: replace(ANA, email=address)}
    with pytest.raises(AddressRefused, match="the address on file") as caught:
        sealed(letter("asked"), people)
    assert not address or address not in caught.value.sentence


def test_a_copy_whose_address_cannot_be_used_is_left_out() -> None:
    people: dict[str, Person] = {**PEOPLE, IDS[LUCA]: replace(LUCA, email="nowhere")}
    envelope, read = sealed(letter("reminder/copied"), people)
    assert envelope.copies == () and read["Cc"] is None
    same: dict[str, Person] = {**PEOPLE, IDS[LUCA]: replace(LUCA, email=ANA.email)}
    assert sealed(letter("reminder/copied"), same)[0].copies == ()


def test_a_domain_in_other_letters_is_written_in_ascii() -> None:
    assert usable_address(" info@münchen.example ") == "info@xn--mnchen-3ya.example"


def test_what_a_mail_server_says_is_kept_without_addresses() -> None:
    said = without_addresses(
        "550 5.1.1 <Ana.Garcia@ayto.example.eu>: user ana.garcia@ayto.example.eu\r\nunknown"
    )
    assert said == "550 5.1.1 <address>: user <address> unknown"


def test_a_person_without_any_name_is_still_written_to() -> None:
    nobody: dict[str, Person] = {**PEOPLE, IDS[ANA]: Somebody("", ANA.email, "en", "Europe/Madrid")}
    _, read = sealed(letter("asked"), nobody)
    assert read["To"] == ANA.email
