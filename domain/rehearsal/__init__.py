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
    rehearse,
    rehearse_all,
    rehearse_one,
    tour_one,
    tours,
)
from domain.rehearsal.gathering import gathering_founded, plan_gathering
from domain.rehearsal.governing import plan_programme
from domain.rehearsal.happenings import end_of
from domain.rehearsal.scene import Planned, Stagehands, Text
from domain.rehearsal.touring import plan_tour, tour_founded

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
    "plan_gathering",
    "plan_programme",
    "plan_tour",
    "rehearse",
    "rehearse_all",
    "rehearse_one",
    "tour_founded",
    "tour_one",
    "tours",
]
