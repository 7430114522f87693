"""Letters through a real mail server: encrypted, with a password, refused, put off, and gone silent."""

from __future__ import annotations

import asyncio
import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from activities.ports import Delivered
from domain.letters import Letter
from post import ports
from post.messages import enveloped
from post.office import PostOffice
from post.ports import AddressRefused, PostTrouble
from post.rendering import rendered
from post.smtp import MailServer, Security, SmtpCarrier
from tests.post.book import Book
from tests.post.specimens import ANA, LUCA, PEOPLE, SENDER, WANG, letter

ENTITY = "partnership/C1-01"
DOMAIN = "tandem.example.eu"
NOW = datetime(2023, 3, 1, 9, tzinfo=UTC)
USER, PASSWORD = "tandem", "correct horse"


@dataclass
class Room:
    """What the server takes, and its answers: by address at RCPT, else the next of a list at DATA or MAIL."""

    taken: list[Envelope] = field(default_factory=list)
    at_rcpt: dict[str, str] = field(default_factory=dict)
    at_mail: list[str] = field(default_factory=list)
    at_data: list[str] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    greeted: list[str] = field(default_factory=list)

    async def handle_EHLO(  # noqa: N802 - aiosmtpd looks for this name
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.greeted.append(hostname)
        return responses

    async def handle_MAIL(  # noqa: N802 - aiosmtpd looks for this name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        transport = server.transport
        self.encrypted.append(transport is not None and transport.get_extra_info("sslcontext") is not None)
        if self.at_mail:
            return self.at_mail.pop(0)
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd looks for this name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.at_rcpt:
            return self.at_rcpt[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd looks for this name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        if self.at_data:
            return self.at_data.pop(0)
        self.taken.append(envelope)
        return "250 OK"

    def messages(self) -> list[EmailMessage]:
        parser = BytesParser(EmailMessage, policy=policy.default)
        return [parser.parsebytes(taken.content) for taken in self.taken if isinstance(taken.content, bytes)]


@dataclass(frozen=True)
class Certificate:
    cert: Path
    key: Path

    def context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.cert, self.key)
        return context


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """A certificate for 127.0.0.1 that nobody but these tests trusts."""
    if shutil.which("openssl") is None:
        pytest.skip("NOT TESTED: encrypted mail, because the openssl command is not on this machine")
    made = Certificate(*(tmp_path_factory.mktemp("tls") / name for name in ("cert.pem", "key.pem")))
    command = (
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=mail"
    )
    extra = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(made.key), "-out", str(made.cert)]
    subprocess.run([*command.split(), *extra], check=True, capture_output=True)
    return made


def knows(_server: SMTP, _session: Session, _envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
    good = isinstance(data, LoginPassword) and data == LoginPassword(USER.encode(), PASSWORD.encode())
    return AuthResult(success=good, handled=good)


@asynccontextmanager
async def serving(room: Room, tls: ssl.SSLContext | None = None, **options: Any) -> AsyncIterator[int]:
    """A server on a free port of this machine; `tls` wraps the whole connection."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(room, hostname="mail.example.eu", loop=loop, **options), "127.0.0.1", 0, ssl=tls
    )
    async with server:
        yield server.sockets[0].getsockname()[1]


def sealed(told: Letter) -> ports.Envelope:
    return enveloped(told, rendered(told, PEOPLE, SENDER), PEOPLE, SENDER, DOMAIN)


def plain(port: int, **changed: Any) -> SmtpCarrier:
    told: dict[str, Any] = {"security": Security.NONE, "timeout": 5.0} | changed
    return SmtpCarrier(MailServer("127.0.0.1", port, **told))


async def test_a_letter_arrives_as_it_was_written() -> None:
    room = Room()
    async with serving(room) as port:
        await plain(port).carry(sealed(letter("reminder/copied", WANG)))
    (read,) = room.messages()
    assert room.taken[0].mail_from == SENDER.address
    assert room.taken[0].rcpt_tos == [WANG.email, LUCA.email]
    assert read["Subject"].startswith("[C1-01] 逾期催办：请审议《城市合作行动计划》第2版（双方审阅）")
    text = rendered(letter("reminder/copied", WANG), PEOPLE, SENDER).text
    assert read.get_content().replace("\r\n", "\n") == text
    assert room.greeted == ["tandem.example.eu"]  # the sender's own domain, no machine's name


async def test_a_taken_letter_is_noted_before_the_goodbye() -> None:
    """In between nobody else knows that it was taken, so whoever dies there makes a second copy."""
    leaving, may_leave = asyncio.Event(), asyncio.Event()

    class Holding(Room):
        async def handle_QUIT(  # noqa: N802 - aiosmtpd looks for this name
            self, server: SMTP, session: Session, envelope: Envelope
        ) -> str:
            leaving.set()
            await may_leave.wait()
            return "221 Bye"

    room = Holding()
    async with serving(room) as port:
        carrier = plain(port)
        await asyncio.wait_for(carrier.carry(sealed(letter("asked"))), 5)
        assert len(room.taken) == 1
        await asyncio.wait_for(leaving.wait(), 5)
        assert not may_leave.is_set()
        may_leave.set()
        async with asyncio.timeout(5):
            await asyncio.wait(carrier._leaving)


async def test_starttls_with_a_password(certificate: Certificate) -> None:
    room = Room()
    options: dict[str, Any] = {
        "tls_context": certificate.context(),
        "require_starttls": True,
        "authenticator": knows,
        "auth_required": True,
    }
    async with serving(room, **options) as port:
        right: dict[str, Any] = {
            "security": Security.STARTTLS,
            "username": USER,
            "password": PASSWORD,
            "ca_file": str(certificate.cert),
        }
        await plain(port, **right).carry(sealed(letter("asked")))
        assert room.encrypted == [True] and len(room.taken) == 1
        with pytest.raises(PostTrouble, match="answered 535") as caught:
            await plain(port, **(right | {"password": "wrong"})).carry(sealed(letter("asked")))
        assert caught.value.everyone and "wrong" not in caught.value.sentence
        with pytest.raises(PostTrouble, match="answered 530"):
            await plain(port, **(right | {"username": ""})).carry(sealed(letter("asked")))
        with pytest.raises(PostTrouble, match=r"(?i)certificate"):
            await plain(port, **(right | {"ca_file": ""})).carry(sealed(letter("asked")))
    assert len(room.taken) == 1


async def test_tls_from_the_first_byte(certificate: Certificate) -> None:
    room = Room()
    async with serving(room, tls=certificate.context()) as port:
        await plain(port, security=Security.TLS, ca_file=str(certificate.cert)).carry(sealed(letter("asked")))
    assert room.encrypted == [True] and len(room.taken) == 1


async def test_a_server_without_encryption_gets_nothing_where_encryption_is_asked_for() -> None:
    room = Room()
    async with serving(room) as port:
        with pytest.raises(PostTrouble, match=r"(?i)starttls"):
            await plain(port, security=Security.STARTTLS).carry(sealed(letter("asked")))
    assert room.taken == []


async def test_a_closed_port_is_trouble_for_everyone() -> None:
    async with serving(Room()) as port:
        pass
    with pytest.raises(PostTrouble, match=f"mail server 127.0.0.1:{port}") as caught:
        await plain(port).carry(sealed(letter("asked")))
    assert caught.value.everyone


async def _never(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()


async def _hangs_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"220 mail.example.eu ESMTP\r\n")
    await reader.readline()


async def _babbles(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    await writer.drain()


@pytest.mark.parametrize("behaviour", [_never, _hangs_up, _babbles])
async def test_a_server_that_says_nothing_or_nonsense_is_trouble(
    behaviour: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
) -> None:
    over = asyncio.Event()

    async def behaving(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await behaviour(reader, writer)
        writer.close()
        await writer.wait_closed()
        over.set()

    server = await asyncio.start_server(behaving, "127.0.0.1", 0)
    async with server:
        with pytest.raises(PostTrouble):
            await plain(server.sockets[0].getsockname()[1], timeout=0.3).carry(sealed(letter("asked")))
        await over.wait()


@pytest.mark.parametrize(
    ("answers", "problem", "everyone"),
    [
        ({"at_rcpt": {ANA.email: "450 4.2.1 busy"}}, PostTrouble, False),
        ({"at_rcpt": {ANA.email: "421 4.3.2 closing"}}, PostTrouble, True),
        ({"at_rcpt": {ANA.email: "550 5.1.1 no such user"}}, AddressRefused, None),
        ({"at_rcpt": {ANA.email: "554 5.7.1 Relay access denied"}}, PostTrouble, True),
        ({"at_rcpt": {ANA.email: "530 5.7.0 Authentication required"}}, PostTrouble, True),
        ({"at_mail": ["553 5.1.8 sender not allowed"]}, PostTrouble, True),
        ({"at_mail": ["452 4.3.1 disk full"]}, PostTrouble, True),
        ({"at_data": ["451 4.7.1 greylisted"]}, PostTrouble, False),
        ({"at_data": ["554 5.6.0 message refused"]}, AddressRefused, None),
        ({"at_data": ["552 5.3.4 too big"]}, AddressRefused, None),
    ],
)
async def test_what_the_server_answers_is_understood(
    answers: dict[str, Any], problem: type[PostTrouble] | type[AddressRefused], everyone: bool | None
) -> None:
    room = Room(**answers)
    async with serving(room) as port:
        with pytest.raises(problem) as caught:
            await plain(port).carry(sealed(letter("asked")))
    assert getattr(caught.value, "everyone", None) is everyone
    assert room.taken == []


async def test_a_copy_refused_for_good_is_left_out_and_one_put_off_holds_the_letter_back() -> None:
    room = Room(at_rcpt={LUCA.email: "550 no such user"})
    async with serving(room) as port:
        await plain(port).carry(sealed(letter("reminder/copied")))
        assert [taken.rcpt_tos for taken in room.taken] == [[ANA.email]]
        room.at_rcpt[LUCA.email] = "451 try later"
        with pytest.raises(PostTrouble) as caught:
            await plain(port).carry(sealed(letter("reminder/copied")))
        assert not caught.value.everyone
    assert len(room.taken) == 1


async def test_what_is_put_off_goes_out_later_once_and_what_is_refused_does_not() -> None:
    put_off, refused, fine = letter("asked"), letter("asked", WANG, number=18), letter("outcome", number=19)
    book = Book([put_off, refused, fine])
    room = Room(
        at_rcpt={ANA.email: "450 4.2.0 greylisted", WANG.email: "550 5.1.1 <wangfang@drc.example.cn> unknown"}
    )
    async with serving(room) as port:
        office = PostOffice(book, plain(port), SENDER, DOMAIN)
        assert await office.deliver(ENTITY, NOW) == Delivered(refused=1, waiting=2)
        assert [book.of(one) for one in (put_off, refused, fine)] == ["failed", "refused", "planned"]
        assert book.errors[put_off.key] == "the mail server answered 450 4.2.0 greylisted"
        assert book.errors[refused.key] == "the mail server answered 550 5.1.1 <address> unknown"
        room.at_rcpt.clear()
        assert await office.deliver(ENTITY, NOW) == Delivered(sent=2)
        assert await office.deliver(ENTITY, NOW) == Delivered()
    assert [taken.rcpt_tos for taken in room.taken] == [[ANA.email], [ANA.email]]
    assert [str(read["Message-ID"]) for read in room.messages()] == [sent[1] for sent in book.sent]


async def test_mail_that_was_out_goes_out_when_it_is_back() -> None:
    book = Book([letter("asked"), letter("outcome", number=18)])
    room = Room()
    async with serving(room) as port:
        pass
    assert await PostOffice(book, plain(port), SENDER, DOMAIN).deliver(ENTITY, NOW) == Delivered(waiting=2)
    async with serving(room) as port:
        assert await PostOffice(book, plain(port), SENDER, DOMAIN).deliver(ENTITY, NOW) == Delivered(sent=2)
    assert len(room.taken) == 2


def test_a_password_is_not_shown() -> None:
    assert PASSWORD not in repr(MailServer("mail.example.eu", username=USER, password=PASSWORD))
