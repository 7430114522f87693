"""The local mailbox, as far as the console shows it."""

from __future__ import annotations

from client.settings import Settings
from domain.values import Refusal
from post.mailbox import Row, messages
from post.mailbox import show as shown

__all__ = ["Row", "letters", "show"]


def letters(settings: Settings, address: str | None = None) -> list[Row]:
    """What lies in the mailbox, in the order it came in; only what is to or copied to `address`."""
    return messages(settings.maildir, address)


def show(settings: Settings, number: int) -> str:
    """One message as it reads; Refusal where there is none of this number."""
    try:
        return shown(settings.maildir, number)
    except LookupError as missing:
        raise Refusal(str(missing.args[0])) from None
