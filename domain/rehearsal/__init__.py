"""Rehearsals: what invented people would do and when, repeatable by a seed and without any clock or server."""

from __future__ import annotations

from domain.rehearsal.characters import Character, Script, Tour
from domain.rehearsal.driving import (
    Diary,
    Governed,
    Refused,
    Rehearsed,
    Toured,
    Turn,
    arrivals_of,
    plan,
    rehearse,
    rehearse_all,
    rehearse_one,
    tour_one,
    tours,
)
from domain.rehearsal.governing import plan_programme
from domain.rehearsal.happenings import end_of
from domain.rehearsal.scene import Planned, Stagehands, Text
from domain.rehearsal.touring import plan_tour, tour_founded

__all__ = [
    "Character",
    "Diary",
    "Governed",
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
    "plan",
    "plan_programme",
    "plan_tour",
    "rehearse",
    "rehearse_all",
    "rehearse_one",
    "tour_founded",
    "tour_one",
    "tours",
]
