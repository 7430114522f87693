"""Scopes: which entities of a programme are meant by what concerns many of them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from domain.values import Code, Component, Country, Side, Value

SIDE_ALONE = (
    "a side alone means nearly everybody, since every partnership has a member of both; name the country that member "
    "is in as well (--country CODE), or leave --side out"
)


class Scope(Value):
    """Which entities of a programme are meant: all under way that every wish given fits, by kind and code.

    Without any kind, all kinds but the programme itself. With a `country`, those with a member there; with a `side`
    too, with one of that side there. A side without a country is refused where a broadcast is proposed (SIDE_ALONE).
    """

    programme: Code
    kinds: Annotated[tuple[Code, ...], Field(max_length=20)] = ("partnership",)
    codes: Annotated[tuple[Code, ...], Field(max_length=1000)] = ()
    country: Country | None = None
    component: Component | None = None
    cluster: Code | None = None
    stage: Code | None = None
    side: Side | None = Field(default=None, exclude_if=lambda side: side is None)

    @property
    def side_alone(self) -> bool:
        return self.side is not None and self.country is None
