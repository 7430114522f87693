"""The words for the codes of the kinds of entity besides partnerships, in English and in Chinese, as data."""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType

from post.kinds import clusters, pilots, programmes, visits

_KINDS: tuple[ModuleType, ...] = (visits, pilots, programmes, clusters)
"""One module for each kind; each may have tables of the same names as `post.words`."""


def words_of(table: str) -> Mapping[str, tuple[str, str]]:
    """The entries of a table of `post.words` that these kinds add."""
    found: dict[str, tuple[str, str]] = {}
    for kind in _KINDS:
        found |= getattr(kind, table, {})
    return found


def gates() -> Mapping[str, tuple[str, tuple[str, str]]]:
    """What is decided at each gate of these kinds: which document, and in which step."""
    found: dict[str, tuple[str, tuple[str, str]]] = {}
    for kind in _KINDS:
        found |= getattr(kind, "GATES", {})
    return found
