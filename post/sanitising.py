"""Text from outside made safe for a letter: one line, nothing invisible that steers, never too long."""

from __future__ import annotations

import re
import unicodedata

_STEERING = frozenset(
    "\u061c\u200b\u200e\u200f\u2060\ufeff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
_ADDRESS = re.compile(r"[^\s@<>\"(),;:\[\]\\]+@[^\s@<>\"(),;:\[\]\\]+")


def clean(text: str, longest: int) -> str:
    """One line without control, direction or broken characters, of at most `longest` characters.

    Line ends and tabs become blanks; NUL, other controls, direction overrides and zero-width blanks vanish.
    """
    if text.isascii() and text.isprintable() and "  " not in text and len(text) <= longest:
        return text.strip()
    kept = []
    for character in unicodedata.normalize("NFC", text):
        if character in "\r\n\t\v\f\x85\u2028\u2029":
            kept.append(" ")
        elif character not in _STEERING and unicodedata.category(character) not in ("Cc", "Cs"):
            kept.append(character)
    line = " ".join("".join(kept).split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def header_text(text: str, longest: int) -> str:
    """The same for a header, where `=?` would begin an encoded word that could hold anything, a line end too."""
    return clean(clean(text, longest).replace("=?", "= ?"), longest)


def usable_address(address: str) -> str:
    """An address fit for the wire, its domain in ASCII; ValueError in a sentence without the address itself."""
    local, at, domain = address.strip().rpartition("@")
    if not at or not local or not domain or not _ADDRESS.fullmatch(address.strip()):
        raise ValueError("the address on file is not an e-mail address")
    if not local.isascii() or not local.isprintable():
        raise ValueError(
            "the address on file has letters outside ASCII before its @, which mail cannot carry"
        )
    try:
        plain = domain.encode("idna").decode()
    except UnicodeError:
        raise ValueError("the address on file has no valid domain") from None
    return f"{local}@{plain}"


def without_addresses(text: str) -> str:
    """A mail server's answer with every address struck out: what is kept for ever names nobody."""
    return clean(re.sub(r"<?[^\s<>@]+@[^\s<>@]+>?", "<address>", text), 400)
