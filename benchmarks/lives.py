"""The life that is measured: a partnership from its founding through two stages to its end, in twelve requests."""

from __future__ import annotations

import time
from datetime import datetime
from functools import cache

from client.door import Door
from domain import requests as rq
from domain.clockwork import Clockwork
from domain.events import AnyEvent
from domain.requests import AnyRequest
from domain.terms import Stage
from domain.values import Actor, Side
from tests.given import CN_FOCAL, founding, text
from tests.story import Story

Requests = tuple[tuple[AnyRequest, Actor], ...]


class _Script(Story):
    """A story that keeps who asked for what."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[AnyRequest, Actor]] = []

    def asks(self, request: AnyRequest, by: Actor, at: datetime | None = None) -> tuple[AnyEvent, ...]:
        self.asked.append((request, by))
        return super().asks(request, by, at)


@cache
def script() -> Requests:
    """Scoping passed at its two gates, a study visit reviewed at its three, and one side leaves."""
    story = _Script()
    story.passes(Stage.SCOPING)
    story.passes(Stage.STUDY_VISITS)
    story.asks(rq.Withdraw(side=Side.CN, reason="budget", notice=text("we leave")), CN_FOCAL)
    return tuple(story.asked)


async def live(door: Door, code: str, clockwork: Clockwork) -> list[float]:
    """Found a partnership and lead it to its end; how long each request took until it was on record."""
    await door.found(founding(code=code), clockwork)
    took = []
    for request, by in script():
        begun = time.perf_counter()
        await door.request(f"partnership/{code}", request, by)
        took.append(time.perf_counter() - begun)
    return took
