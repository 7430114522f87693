"""The local mailbox: letters delivered into a maildir, listed and shown from there."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.errors import MessageError
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import getaddresses
from pathlib import Path

from post.ports import Envelope, PostTrouble
from post.sanitising import clean

_ON_DISK = policy.SMTP.clone(linesep="\n")
_ABANDONED = 36 * 3600.0
"""Seconds after which a half written file is nobody's any more, as maildirs have it."""


@dataclass(frozen=True)
class Row:
    """One message of a mailbox. `number` counts messages as they came in, from 1, and so stays what it is."""

    number: int
    date: datetime | None
    to: str
    subject: str
    path: Path


class MaildirCarrier:
    """Delivers every message into one maildir, whoever it is for.

    A file is named after its Message-ID, and is put in its place only where no file of that name is: the same
    letter handed in twice is one file, whoever died in between, and whoever hands it in at the same moment.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._made = False

    async def carry(self, envelope: Envelope) -> None:
        """Returns once the file is in its place; PostTrouble where the disk does not take it."""
        try:
            await asyncio.to_thread(self._write, envelope.message)
        except OSError as problem:
            raise PostTrouble(f"the mailbox cannot be written to: {problem.strerror}") from None

    def _write(self, message: EmailMessage) -> None:
        if not self._made:
            self._make()
            self._made = True
        if delivered(self._path, message["Message-ID"]) is not None:
            return  # and perhaps read since
        name = _named(message["Message-ID"])
        place = self._path / "new" / name
        # a name of its own for each writer; what one that died leaves behind goes when the next one begins
        written = self._path / "tmp" / f"{name}.{os.getpid()}.{threading.get_ident()}"
        try:
            with written.open("wb") as file:
                file.write(message.as_bytes(policy=_ON_DISK))
                file.flush()
                os.fsync(file.fileno())
            with suppress(FileExistsError):
                place.hardlink_to(written)
            _sync(place.parent)
        finally:
            written.unlink(missing_ok=True)

    def _make(self) -> None:
        """The maildir, which another writer may be making just now; what writers that died left half written goes."""
        for folder in ("tmp", "new", "cur"):
            (self._path / folder).mkdir(parents=True, exist_ok=True)
        for left in (self._path / "tmp").iterdir():
            with suppress(FileNotFoundError):  # its writer lives, and is done with it
                if time.time() - left.stat().st_mtime > _ABANDONED:
                    left.unlink()


def _named(message_id: str) -> str:
    return message_id.strip("<>").partition("@")[0] + ".tandem"


def delivered(path: Path, message_id: str) -> float | None:
    """The time stamp of the message with this id in a maildir, read or not; None where there is none."""
    name = _named(message_id)
    with suppress(FileNotFoundError):
        return (path / "new" / name).stat().st_mtime
    with suppress(FileNotFoundError), os.scandir(path / "cur") as read:
        for file in read:
            if file.name.startswith(name):  # what follows are the flags of whoever read it
                return file.stat().st_mtime
    return None


def _sync(folder: Path) -> None:
    """Have the disk keep a folder's names: the ledger notes a letter as sent for good, so it must be there for good."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def messages(path: Path, address: str | None = None) -> list[Row]:
    """The messages of a maildir as they came in; only those to or copied to `address`, where one is given.

    Empty for a folder that is no maildir (yet). A file that is no message has an empty subject.
    """
    rows = []
    for number, file in enumerate(_files(path), start=1):
        message = _headers(file)
        readers = [str(value) for name in ("To", "Cc") for value in message.get_all(name, [])]
        if address is not None and address.lower() not in (one.lower() for _, one in getaddresses(readers)):
            continue
        rows.append(
            Row(
                number=number,
                date=_date(message),
                to=clean(str(message.get("To", "")), 200),
                subject=clean(str(message.get("Subject", "")), 400),
                path=file,
            )
        )
    return rows


def show(path: Path, number: int) -> str:
    """A message as it reads: its main headers and its text; LookupError in a sentence where there is none."""
    files = list(_files(path))
    if not 1 <= number <= len(files):
        held = f"there are {len(files)}" if files else "it is empty"
        raise LookupError(f"the mailbox has no message {number}; {held}")
    message = BytesParser(EmailMessage, policy=policy.default).parsebytes(files[number - 1].read_bytes())
    names = ("From", "To", "Cc", "Date", "Subject", "Message-ID")
    lines = [f"{name}: {clean(str(message[name]), 1000)}" for name in names if message[name] is not None]
    body = message.get_body(preferencelist=("plain",))
    text = body.get_content() if isinstance(body, EmailMessage) else ""
    return "\n".join(lines) + "\n\n" + "\n".join(text.splitlines()) + "\n"


def _files(path: Path) -> Iterator[Path]:
    found = [
        file for folder in ("new", "cur") if (path / folder).is_dir() for file in (path / folder).iterdir()
    ]
    held = [file for file in found if not file.name.startswith(".")]
    yield from sorted(held, key=lambda file: (file.stat().st_mtime_ns, file.name))


def _headers(file: Path) -> EmailMessage:
    with file.open("rb") as opened:
        return BytesParser(EmailMessage, policy=policy.default).parse(opened, headersonly=True)


def _date(message: EmailMessage) -> datetime | None:
    try:
        found = message["Date"].datetime if message["Date"] is not None else None
    except (MessageError, ValueError):
        return None
    return found if isinstance(found, datetime) else None
