"""Messages as they go on the wire: headers that cannot be steered from outside, and plain text."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import lru_cache
from typing import Any

from domain.letters import Letter
from post.dates import zone_of
from post.ports import AddressRefused, Envelope, Person
from post.rendering import Rendered, Sender
from post.sanitising import header_text, usable_address

_NAME = 80
_SUBJECT = 400


def message_id(key: str, domain: str) -> str:
    """The same for ever for the same letter, so that a second copy can be told from a second letter."""
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:40]}@{domain}>"


def enveloped(
    letter: Letter, rendered: Rendered, people: Mapping[str, Person], sender: Sender, domain: str
) -> Envelope:
    """A letter as a message to its recipient and copies; AddressRefused where the recipient's cannot be used.

    A copy whose address cannot be used is left out: it must not keep the letter from its recipient.
    """
    to = people[letter.recipient]
    try:
        recipient = usable_address(to.email)
    except ValueError as problem:
        raise AddressRefused(str(problem)) from None
    copies: dict[str, str] = {}
    for copy in letter.copies:
        try:
            address = usable_address(people[copy].email) if copy in people else recipient
        except ValueError:
            continue
        if address != recipient:
            copies.setdefault(address, people[copy].name)
    message = EmailMessage(policy=SMTP)
    title = sender.title("en")
    office = f"{title} {sender.secretariat}"
    message["From"] = _same("From", office, usable_address(sender.address))
    message["To"] = _address(to.name, recipient)
    if copies:
        message["Cc"] = [_address(name, address) for address, name in copies.items()]
    message["Reply-To"] = _same("Reply-To", office, usable_address(sender.reply_to or sender.address))
    message["Subject"] = header_text(rendered.subject, _SUBJECT)
    message["Date"] = format_datetime(_local(letter.at, to.zone))
    message["Message-ID"] = message_id(letter.key, domain)
    kind, _, code = letter.entity.partition("/")
    message["List-Id"] = f"{header_text(f'{title} {code}', _NAME)} <{code.lower()}.{kind}.{domain}>"
    message["Auto-Submitted"] = _AUTOMATIC
    message["X-Tandem-Letter"] = header_text(letter.key, 200)
    # base64 where most of it is Chinese; either way no relay has to touch the bytes
    encoding = "base64" if "zh" in rendered.languages else "quoted-printable"
    message.set_content(rendered.text, charset="utf-8", cte=encoding)
    message["Content-Language"] = ", ".join(rendered.languages)  # setting the content drops such headers
    return Envelope(
        sender=usable_address(sender.address), recipient=recipient, copies=tuple(copies), message=message
    )


_AUTOMATIC = SMTP.header_factory("Auto-Submitted", "auto-generated")


@lru_cache(64)
def _same(header: str, name: str, address: str) -> Any:
    """A header that every letter of a programme carries, put together once: that costs more than the text."""
    return SMTP.header_factory(header, _address(name, address))


def _address(name: str, address: str) -> Address:
    user, _, domain = address.rpartition("@")
    return Address(display_name=header_text(name, _NAME), username=user, domain=domain)


def _local(at: datetime, zone: str) -> datetime:
    return at.astimezone(zone_of(zone)).replace(microsecond=0)
