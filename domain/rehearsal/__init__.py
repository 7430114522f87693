"""Rehearsals: what invented people would do and when, repeatable by a seed and without any clock or server."""

from __future__ import annotations

from domain.rehearsal.characters import Character, Script
from domain.rehearsal.driving import Diary, Refused, Rehearsed, Turn, plan, rehearse, rehearse_one
from domain.rehearsal.happenings import end_of
from domain.rehearsal.scene import Planned, Stagehands, Text

__all__ = [
    "Character",
    "Diary",
    "Planned",
    "Refused",
    "Rehearsed",
    "Script",
    "Stagehands",
    "Text",
    "Turn",
    "end_of",
    "plan",
    "rehearse",
    "rehearse_one",
]
