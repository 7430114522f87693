"""A gate: named deciders, one version, one clock, and an outcome as soon as it is certain."""

from __future__ import annotations

from datetime import datetime

from domain.clocks import Clock
from domain.events import Outcome
from domain.requests import Verdict
from domain.terms import GateTerms, Seat, Stage
from domain.values import PersonId, TextHash, UtcTime, Value


class Vote(Value):
    """One seat's decision: who, for whom where delegated, on which version."""

    seat: int
    person: PersonId
    on_behalf_of: PersonId | None = None
    version: TextHash
    verdict: Verdict
    at: UtcTime
    remark: TextHash | None = None


class Advice(Value):
    """A question a decider put to somebody, and the answer where it has come."""

    of: PersonId
    by: PersonId
    asked: UtcTime
    question: TextHash
    clock: Clock
    answer: TextHash | None = None
    answered: UtcTime | None = None


class Arrival(Value):
    """When a seat came to whoever sits in it now, later than the gate opened."""

    seat: int
    at: UtcTime


class Gate(Value):
    """A gate as it stands. `id` is the gate's code and the number of the version: `G5.review/2`."""

    id: str
    stage: Stage
    version: TextHash
    terms: GateTerms
    clock: Clock
    seats: tuple[Seat, ...]
    votes: tuple[Vote, ...] = ()
    late: tuple[Vote, ...] = ()
    advice: tuple[Advice, ...] = ()
    asked_by: PersonId | None = None
    """Who asked the formal question that is open, if one is."""
    asked_at: UtcTime | None = None
    answer_clock: Clock | None = None
    outcome: Outcome | None = None
    settled: UtcTime | None = None
    silent: bool = False
    arrivals: tuple[Arrival, ...] = ()
    """Of seats that were added or handed over, or whose decision was taken back."""
    due: UtcTime | None = None
    """The deadline as it stood when the gate was settled."""

    @property
    def is_open(self) -> bool:
        return self.outcome is None

    @property
    def code(self) -> str:
        return self.terms.code

    def vote_of(self, seat: int) -> Vote | None:
        return next((vote for vote in self.votes if vote.seat == seat), None)

    def waiting_since(self, seat: int) -> datetime:
        """Since when a seat is asked to decide."""
        return next((one.at for one in reversed(self.arrivals) if one.seat == seat), self.clock.start)

    def arrived(self, seat: int, at: datetime) -> tuple[Arrival, ...]:
        """The arrivals with one more."""
        return (*(one for one in self.arrivals if one.seat != seat), Arrival(seat=seat, at=at))

    def waiting(self) -> tuple[int, ...]:
        """The seats that have not decided."""
        return tuple(seat for seat in range(len(self.seats)) if self.vote_of(seat) is None)

    def goes_on(self, outcome: Outcome) -> bool:
        """Whether its stage goes on after it with such an outcome."""
        return outcome.passes or (outcome is Outcome.LAPSED and self.terms.goes_on)

    def certain(self) -> Outcome | None:
        """The outcome once no further vote can change it, else None.

        Approved when the approvals suffice, with conditions if one of them has any; negative when too few
        seats are left for that: returned if anyone returned it, so that the work goes on, else rejected.
        """
        needed = self.terms.needed or len(self.seats)
        approvals = [vote.verdict for vote in self.votes if vote.verdict.approves]
        negatives = [vote.verdict for vote in self.votes if not vote.verdict.approves]
        if len(approvals) >= needed:
            return Outcome.CONDITIONS if Verdict.CONDITIONS in approvals else Outcome.APPROVED
        if len(negatives) > len(self.seats) - needed:
            return Outcome.RETURNED if Verdict.RETURN in negatives else Outcome.REJECTED
        return None
