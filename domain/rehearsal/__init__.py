"""Rehearsals: what invented people would do and when, repeatable by a seed and without any clock or server."""

from __future__ import annotations

from domain.rehearsal.characters import Character, Gathering, Script, Tour
from domain.rehearsal.driving import (
    Beside,
    Diary,
    Refused,
    Rehearsed,
    Toured,
    Turn,
    arrivals_of,
    plan,
    plan_for,
    rehearse,
    rehearse_all,
    rehearse_one,
    tour_one,
    tours,
)
from domain.rehearsal.gathering import gathering_founded
from domain.rehearsal.happenings import end_of
from domain.rehearsal.scene import Planned, Stagehands, Text
from domain.rehearsal.touring import tour_founded

__all__ = [
    "Beside",
    "Character",
    "Diary",
    "Gathering",
    "Planned",
    "Refused",
    "Rehearsed",
    "Script",
    "Stagehands",
    "Text",
    "Tour",
    "Toured",
    "Turn",
    "arrivals_of",
    "end_of",
    "gathering_founded",
    "plan",
    "plan_for",
    "rehearse",
    "rehearse_all",
    "rehearse_one",
    "tour_founded",
    "tour_one",
    "tours",
]
