"""A programme's life told in a test, as `tests.story` tells a partnership's."""

from __future__ import annotations

from typing import Any, cast

from domain import requests as rq
from domain.broad_requests import Broad
from domain.partnership import Partnership
from domain.programme import Programme, founded
from domain.scopes import Scope
from domain.terms import Stage
from domain.values import Actor
from tests.given import programme_founding, text
from tests.story import Story

EVERY_PARTNERSHIP = Scope(programme="11438")


class ProgrammeStory(Story):
    """A programme, the entries of its life so far, and the time it has come to."""

    def __init__(self, **given: Any) -> None:
        first = programme_founding(**given)
        self.partnership = cast(Partnership, founded(first))  # what is asked here every kind answers
        self.at = first.at
        self.entries, self.letters, self.states = [], [], []
        self._record((first,), None)

    @property
    def programme(self) -> Programme:
        return cast(Programme, cast(object, self.partnership))

    def reports(self, stage: Stage, version: str = "one", by: Actor | None = None) -> None:
        """Wait until a report begins, and hand it in."""
        while (held := self.programme.stage(stage)) is None or not held.awaiting:
            due = self.programme.next_due()
            assert due is not None
            self.until(due)
        self.hands_in(stage, version, by)


def broadcast(request: Broad, scope: Scope = EVERY_PARTNERSHIP) -> rq.Broadcast:
    """One request to all partnerships, or to those of a scope."""
    return rq.Broadcast(scope=scope, request=request)


SUSPEND = rq.Suspend(order=text("force majeure"))
LIFT = rq.LiftSuspension(order=text("it is over"))
