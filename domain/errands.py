"""Errands: what one entity asks of others, carried out once for each of them, however often a carrier is stopped."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from domain.requests import AnyRequest
from domain.scopes import Scope as Scope
from domain.values import Actor, Code, Refusal, UtcTime, Value
from domain.values import EntityName as EntityName


class Errand(Value):
    """A request to each of several entities: those named in `to`, or all that are found in a scope.

    It is made in the name of whoever wanted it, who needs the right to it in each of them. They are asked in the
    order of their ids; `after` is the last one that has answered.
    """

    id: Code
    request: AnyRequest
    by: Actor
    since: UtcTime
    to: tuple[EntityName, ...] = ()
    scope: Scope | None = None
    after: str = ""

    def command(self, entity: str, of: str) -> str:
        """The id under which an entity is asked: always the same, so that it takes effect once.

        `of` is the entity whose errand it is.
        """
        return f"{of.replace('/', '.')}:{self.id}:{entity.replace('/', '.')}"[-100:].lstrip(":._-")


_SENTENCE = 600


class TurnedDown(Value):
    """An entity that refused, and the sentence it gave."""

    entity: EntityName
    sentence: Annotated[str, Field(max_length=_SENTENCE)]

    @classmethod
    def by(cls, entity: str, refusal: Refusal) -> TurnedDown:
        """With as much of its sentence as goes on record."""
        return cls(entity=entity, sentence=refusal.sentence[:_SENTENCE])


class Carried(Value):
    """What a round came to: who took it and who refused, up to whom it got, and whether all have been asked."""

    done: tuple[EntityName, ...] = ()
    refused: tuple[TurnedDown, ...] = ()
    after: str
    over: bool
