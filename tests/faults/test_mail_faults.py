"""A mail server that refuses, hangs, and drops the line at every step: nothing is lost or goes again after its 250."""

from __future__ import annotations

import asyncio
import os
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from email import policy
from email.parser import BytesParser

import pytest

from ledger import SqlLedger, letterbook, open_ledger
from ledger.rows import LetterStatus
from post.office import PostOffice
from post.smtp import MailServer, Security, SmtpCarrier
from tests import databases
from tests.domain.wandering import life
from tests.faults.test_reported_failed import put_people
from tests.post.specimens import SENDER

database_url, ledger = databases.database_url, databases.ledger
sqlite_url, postgresql_url = databases.sqlite_url, databases.postgresql_url

SEED = int(os.environ.get("TANDEM_FAULTS_SEED", "20261127"))
LONG = os.environ.get("TANDEM_FAULTS") == "long"
STEPS = ("greeting", "EHLO", "MAIL", "RCPT", "DATA", "dot", "QUIT")
FAULTS = (
    *(f"drops at {step}" for step in STEPS),
    *(f"hangs at {step}" for step in STEPS),
    *(f"puts off at {step}" for step in STEPS[:-1]),
    *(f"closes at {step}" for step in STEPS[:-1]),
    "babbles",
)
"""`drops` breaks the line instead of answering, `hangs` never answers, `puts off` says 4xx, `closes` says 421."""


class Server:
    """A mail server of our own: each connection takes one fault, or none. What it took, it took: also in doubt."""

    def __init__(self, seed: int, share: float) -> None:
        self.dice, self.share = random.Random(seed), share
        self.taken: list[tuple[str, bytes]] = []
        self.acknowledged: Counter[str] = Counter()
        self.met: Counter[str] = Counter()
        self._fault = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        fault = self.dice.choice(FAULTS) if self.dice.random() < self.share else ""
        try:
            await self._dialogue(reader, writer, fault)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def _dialogue(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, fault: str) -> None:
        async def says(step: str, line: str) -> bool:
            what, _, where = fault.partition(" at ")
            if fault == "babbles" and step == "greeting":
                self.met[fault] += 1
                writer.write(b"\x00\xff HTTP/1.1 400\r\n" * 50)
                return False
            if where == step:
                self.met[fault] += 1
                if what == "drops":
                    return False
                if what == "hangs":
                    await reader.read()  # until the other side has had enough
                    return False
                writer.write(b"421 4.3.2 closing\r\n" if what == "closes" else b"451 4.7.1 later\r\n")
                await writer.drain()
                return what == "puts off" and step != "greeting"
            writer.write(f"{line}\r\n".encode())
            await writer.drain()
            return True

        if not await says("greeting", "220 mail.example.eu ESMTP"):
            return
        while line := await reader.readline():
            verb = line.split(maxsplit=1)[0].upper().decode() if line.strip() else ""
            if verb == "DATA":
                if not await says("DATA", "354 go on"):
                    return
                if fault == "puts off at DATA":
                    continue
                body = await reader.readuntil(b"\r\n.\r\n")
                named = BytesParser(policy=policy.default).parsebytes(body[:-5], headersonly=True)[
                    "Message-ID"
                ]
                if fault not in ("puts off at dot", "closes at dot"):
                    self.taken.append((str(named), body))
                if not await says("dot", "250 2.0.0 taken"):
                    return
                if " at dot" not in fault:
                    self.acknowledged[str(named)] += 1
            elif verb == "QUIT":
                await says("QUIT", "221 bye")
                return
            elif verb in ("EHLO", "HELO", "MAIL", "RCPT"):
                if not await says(verb.replace("HELO", "EHLO"), "250 OK"):
                    return
            else:
                writer.write(b"250 OK\r\n")


@asynccontextmanager
async def serving(server: Server) -> AsyncIterator[int]:
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    async with listening:
        yield listening.sockets[0].getsockname()[1]


async def test_whatever_the_mail_server_does_every_letter_goes_out_and_no_acknowledged_one_again(
    ledger: SqlLedger, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Real letters of a life, the real ledger, the real carrier; a fault in every other dialogue.

    What was taken and never acknowledged goes again, because nobody can know (RFC 1047): the same message, byte
    for byte under the same Message-ID, so that a mail program shows it once.
    """
    monkeypatch.setattr(letterbook, "LEASE", timedelta(seconds=1))
    put_people(ledger)
    story = life(1)
    for place in range(0, len(story.entries), 20):
        ledger.record(story.entries[place : place + 20])
    entity = story.partnership.entity
    server = Server(SEED, share=0.6)
    async with serving(server) as port:
        carrier = SmtpCarrier(MailServer("127.0.0.1", port, security=Security.NONE, timeout=0.3))
        office = PostOffice(ledger, carrier, SENDER, "tandem.example.eu")
        rounds = 0
        while ledger.waiting(entity):
            rounds += 1
            assert rounds < 600, "letters never get out"
            async with asyncio.timeout(60):  # every round ends, whatever the server does
                await office.deliver(entity, story.at)
    filed = ledger.letters(entity)
    sent = [one.message_id for one in filed if one.status is LetterStatus.SENT]
    assert all(
        one.status in (LetterStatus.SENT, LetterStatus.WITHDRAWN, LetterStatus.REFUSED) for one in filed
    )
    times = Counter(name for name, _ in server.taken)
    assert set(times) == set(sent)
    assert all(server.acknowledged[name] <= 1 for name in times)
    doubtful = sum(server.met[f"{what} at dot"] for what in ("drops", "hangs"))
    assert sum(times.values()) == len(sent) + doubtful
    for name in times:
        assert len({body for named, body in server.taken if named == name}) == 1
    if LONG or len(sent) > 15:
        assert len(server.met) >= 5
    with capsys.disabled():
        print(
            f"\nmail faults, seed {SEED}: {len(sent)} letters sent through {sum(server.met.values())} faults of "
            f"{len(server.met)} kinds in {rounds} rounds; {doubtful} went again in doubt, 0 after their 250"
        )


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault != "babbles"])
async def test_each_fault_at_each_step_ends_in_a_sentence_and_the_next_try_succeeds(
    fault: str, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(letterbook, "LEASE", timedelta(seconds=0))
    ledger = open_ledger(sqlite_url, code="0.0.0-test")
    put_people(ledger)
    story = life(1)
    ledger.record(story.entries[:1])
    entity = story.partnership.entity
    first = ledger.waiting(entity)
    assert first
    server = Server(SEED, share=1.0)
    patience = 0.5 if fault.startswith("hangs") else 20.0
    monkeypatch.setattr(server.dice, "choice", lambda _: fault)
    async with serving(server) as port:
        carrier = SmtpCarrier(MailServer("127.0.0.1", port, security=Security.NONE, timeout=patience))
        office = PostOffice(ledger, carrier, SENDER, "tandem.example.eu")
        async with asyncio.timeout(60):
            once = await office.deliver(entity, story.at)
        if fault.endswith("QUIT"):  # it was acknowledged before: nothing is in doubt
            assert once.sent == first, [one.last_error for one in ledger.letters(entity)]
        else:
            assert once.sent == 0 and once.waiting == first
            errors = [one.last_error for one in ledger.letters(entity) if one.last_error]
            assert errors and all("mail server" in error for error in errors)
        server.share = 0.0
        carrier = SmtpCarrier(MailServer("127.0.0.1", port, security=Security.NONE, timeout=20.0))
        office = PostOffice(ledger, carrier, SENDER, "tandem.example.eu")
        async with asyncio.timeout(60):
            await office.deliver(entity, story.at)
    assert ledger.waiting(entity) == 0
    assert all(times == 1 for times in server.acknowledged.values()) and len(server.acknowledged) == first
    assert (await office.deliver(entity, story.at)).sent == 0
    ledger.close()
