"""Programme time: what a programme takes for now, real by default, or running faster for a rehearsal."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from pydantic import Field

from domain.values import UtcTime, Value

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Clockwork(Value):
    """Programme time was `origin` at the real time `anchor` and passes `speed` seconds in each real one.

    Before the anchor it stands still, so that a rehearsal can set up its scene on its first day. `speed` is a
    whole number, so that a clockwork has one written form. As it stands, programme time is real time.
    """

    origin: UtcTime = _EPOCH
    anchor: UtcTime = _EPOCH
    speed: int = Field(default=1, ge=1, le=100_000_000)

    def at(self, now: datetime) -> datetime:
        """The programme time at a real time."""
        return self.origin + max(now - self.anchor, timedelta()) * self.speed

    def wall(self, at: datetime) -> datetime:
        """The first real time, to the microsecond, at which programme time has reached `at`."""
        microseconds = (at - self.origin) // timedelta(microseconds=1)
        return self.anchor + timedelta(microseconds=-(-microseconds // self.speed))
