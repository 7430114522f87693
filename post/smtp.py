"""Letters through a mail server: encrypted by default, and every answer of the server understood."""

from __future__ import annotations

import asyncio
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum

import aiosmtplib
import structlog
from aiosmtplib import SMTP, SMTPException, SMTPResponseException

from post.ports import AddressRefused, Envelope, PostTrouble

log = structlog.get_logger()


class Security(StrEnum):
    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


@dataclass(frozen=True)
class MailServer:
    """Where mail is handed in. `ca_file` names the certificates to trust instead of the system's own.

    `helo` is the name this side gives itself; it defaults to the right half of the sender's address, so that no
    machine's name leaves the house.
    """

    host: str
    port: int = 587
    security: Security = Security.STARTTLS
    username: str = ""
    password: str = field(default="", repr=False)
    timeout: float = 30.0
    ca_file: str = ""
    helo: str = ""


class SmtpCarrier:
    """Hands each message to a mail server over a connection of its own.

    The recipient must be accepted, else nobody gets the message. A copy that is refused for good is left out;
    a copy that cannot be taken just now holds the whole message back, so that nobody gets it twice.
    """

    def __init__(self, server: MailServer) -> None:
        self._server = server
        self._leaving: set[asyncio.Task[None]] = set()
        tls = server.security is not Security.NONE
        self._tls = ssl.create_default_context(cafile=server.ca_file or None) if tls else None

    async def carry(self, envelope: Envelope) -> None:
        """Returns once the server has taken the message; PostTrouble or AddressRefused otherwise."""
        server = self._server
        client = SMTP(
            hostname=server.host,
            port=server.port,
            use_tls=server.security is Security.TLS,
            start_tls=server.security is Security.STARTTLS,
            tls_context=self._tls,
            timeout=server.timeout,
            local_hostname=server.helo or envelope.sender.rpartition("@")[2],
        )
        try:
            await client.connect()
            if server.username:
                await client.login(server.username, server.password)
            await client.mail(envelope.sender)
        except (SMTPException, OSError) as problem:  # a wrong password is as temporary as a closed port
            client.close()
            raise PostTrouble(_sentence(problem, f"mail server {server.host}:{server.port}")) from None
        try:
            await self._hand_in(client, envelope)
        finally:
            self._leave(client)

    def _leave(self, client: SMTP) -> None:
        """Say goodbye and do not wait for the answer: until it is noted that the message was taken, whoever dies
        leaves nobody who knows it."""
        leaving = asyncio.create_task(_goodbye(client))
        self._leaving.add(leaving)
        leaving.add_done_callback(self._leaving.discard)
        leaving.add_done_callback(lambda _: client.close())

    async def _hand_in(self, client: SMTP, envelope: Envelope) -> None:
        try:
            await client.rcpt(envelope.recipient)
            for copy in envelope.copies:
                try:
                    await client.rcpt(copy)
                except aiosmtplib.SMTPRecipientRefused as problem:
                    if _for_now(problem) or _about_us(problem):
                        raise
                    log.warning("copy left out", code=problem.code)
            await client.data(envelope.message.as_bytes())
        except SMTPResponseException as problem:
            if _about_us(problem):
                raise PostTrouble(_sentence(problem, "the mail server")) from None
            if _for_now(problem):
                raise PostTrouble(
                    _sentence(problem, "the mail server"), everyone=problem.code == 421
                ) from None
            raise AddressRefused(_sentence(problem, "the mail server")) from None
        except (SMTPException, OSError) as problem:
            raise PostTrouble(_sentence(problem, "the mail server")) from None


def _for_now(problem: SMTPResponseException) -> bool:
    """Whether the answer is a temporary one (4xx); anything that is no proper refusal counts as one too."""
    return not 500 <= problem.code < 600


def _about_us(problem: SMTPResponseException) -> bool:
    """Whether it is this side that is refused, not the reader: then no letter would be taken.

    Authentication wanted (530, 534, 535, 538), no relaying, and a command the server does not know
    (RFC 4954, RFC 5321): the settings are wrong, and letters must wait until they are put right.
    """
    text = problem.message.lower()
    return problem.code in (500, 502, 503, 530, 534, 535, 538) or "relay" in text or "authenticat" in text


def _sentence(problem: BaseException, who: str) -> str:
    if isinstance(problem, SMTPResponseException):
        return f"{who} answered {problem.code} {problem.message}"
    text = str(problem) or type(problem).__name__
    return f"{who}: {text}"


async def _goodbye(client: SMTP) -> None:
    """Leave politely where that is still possible; the message's fate does not depend on it."""
    with suppress(SMTPException, OSError):  # it is closed either way
        await client.quit()
