"""The local mailbox, as far as the console shows it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from client.settings import Settings
from domain.values import Refusal
from post.mailbox import Row, delivered, messages
from post.mailbox import show as shown
from post.messages import message_id

__all__ = ["Row", "letters", "lookup", "show"]


def lookup(settings: Settings) -> Callable[[str], tuple[str, datetime] | None] | None:
    """Finds the letter with a key in the mailbox: its Message-ID, and since when it lies there.

    None where letters go out by a mail server, which keeps no copy for us.
    """
    if settings.smtp_host is not None:
        return None

    def found(key: str) -> tuple[str, datetime] | None:
        name = message_id(key, settings.mail_domain)
        stamp = delivered(settings.maildir, name)
        return None if stamp is None else (name, datetime.fromtimestamp(stamp, UTC))

    return found


def letters(settings: Settings, address: str | None = None) -> list[Row]:
    """What lies in the mailbox, in the order it came in; only what is to or copied to `address`."""
    return messages(settings.maildir, address)


def show(settings: Settings, number: int) -> str:
    """One message as it reads; Refusal where there is none of this number."""
    try:
        return shown(settings.maildir, number)
    except LookupError as missing:
        raise Refusal(str(missing.args[0])) from None
