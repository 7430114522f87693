"""What happened and what is owed in sentences, for the kinds of entity besides partnerships: one module for each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from console.sayings import clusters, everybody, pilots, programmes, visits

Told = Callable[[Any, Any, Any], str]
"""Given the teller (console.telling.Telling), an event and how its entity stood after it: a sentence, no full stop."""

_KINDS = (everybody, visits, pilots, programmes, clusters)

TOLD: Mapping[type[Any], Told] = {event: told for kind in _KINDS for event, told in kind.TOLD.items()}
"""Every event of these kinds."""

TASKS: Mapping[str, str] = {task: words for kind in _KINDS for task, words in kind.TASKS.items()}
"""What a task of these kinds asks for, by the first word of its id; `{0}`, `{1}` are the further parts of the id."""

MATTERS: Mapping[type[Any], Callable[[Any], str]] = {**programmes.MATTERS}
"""What two persons are to want, of these kinds alone."""
