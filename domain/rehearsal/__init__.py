"""Rehearsals: what invented people would do and when, repeatable by a seed and without any clock or server."""

from __future__ import annotations

from domain.rehearsal.characters import Character, Gathering, Script, Tour, Venture
from domain.rehearsal.driving import Diary, Turn, plan, plan_for
from domain.rehearsal.happenings import end_of
from domain.rehearsal.piloting import venture_begins
from domain.rehearsal.playing import Home, Refused, Rehearsal, Rehearsed, rehearse_all
from domain.rehearsal.scene import Planned, Stagehands, Text
from domain.rehearsal.stories import Story, drawn_for, entity_of, stories, story_founded, tried_again

__all__ = [
    "Character",
    "Diary",
    "Gathering",
    "Home",
    "Planned",
    "Refused",
    "Rehearsal",
    "Rehearsed",
    "Script",
    "Stagehands",
    "Story",
    "Text",
    "Tour",
    "Turn",
    "Venture",
    "drawn_for",
    "end_of",
    "entity_of",
    "plan",
    "plan_for",
    "rehearse_all",
    "stories",
    "story_founded",
    "tried_again",
    "venture_begins",
]
