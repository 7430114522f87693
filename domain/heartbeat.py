"""What a partnership's calendar says of its own: an agreement that takes too long, silence between the two sides."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from domain import events as ev
from domain.lapsing import quiet, running_days_after
from domain.requests import AgreementStep
from domain.sessions import silent_since, terms_of
from domain.state import AGREEMENT_OVER, PartnershipState
from domain.tasks import OPERATOR
from domain.terms import calendar_days

S = PartnershipState
_ON_ITS_WAY = (*AGREEMENT_OVER, AgreementStep.SIGNING_SCHEDULED)
"""Steps of the agreement that need no warning: over, or the day of the signature is fixed."""


def dues(state: S) -> Iterator[tuple[datetime, str]]:
    """When it speaks up, and a name for what of."""
    agreement = state.agreement
    slow = agreement.step not in _ON_ITS_WAY and state.at_risk is None
    if slow and agreement.began is not None and not quiet(state):
        yield running_days_after(state, agreement.began, state.terms.agreement_warn), "at_risk:agreement"
    rules, silent = state.terms.sessions, silent_since(state)
    if rules is not None and silent is not None and not quiet(state):
        due = [
            (running_days_after(state, silent, days), f"dormant:{days}")
            for told, days in enumerate((rules.dormant, rules.review))
            if told >= state.dormant
        ]
        # where both are over already, as under rules adopted late, only the graver one is told of
        over = [one for one in due if one[0] <= state.now]
        yield from over[-1:] or due[:1]


def words(state: S, name: str, when: datetime) -> tuple[ev.AnyEvent, ...]:
    """What it says when that time has come."""
    rules, days = terms_of(state), int(name.removeprefix("dormant:"))
    review = days >= rules.review
    # a session is not held within days: the warning has its time until the review
    allowance = state.terms.operate if review else calendar_days(rules.review - rules.dormant)
    clock = state.clock_for("dormant", allowance, (OPERATOR,), when)
    return (ev.DormantFlagged(at=when, days=days, review=review, clock=clock),)
