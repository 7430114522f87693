"""What happened and what is owed in sentences, for the kinds of entity besides partnerships: one module for each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from console.sayings import clusters, everybody

Told = Callable[[Any, Any, Any], str]
"""Given the teller (console.telling.Telling), an event and how its entity stood after it: a sentence, no full stop."""

TOLD: Mapping[type[Any], Told] = {**everybody.TOLD, **clusters.TOLD}
"""Every event of these kinds."""

TASKS: Mapping[str, str] = {**everybody.TASKS, **clusters.TASKS}
"""What a task of these kinds asks for, by the first word of its id; `{0}`, `{1}` are the further parts of the id."""
