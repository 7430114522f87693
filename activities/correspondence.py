"""Sending an entity's letters, on behalf of a workflow."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.ports import Delivered, Post
from domain.clockwork import Clockwork
from domain.entries import EntityId
from domain.values import Value

QUEUE = "tandem-letters"
"""A queue of its own: were letters to share one, a mail server that hangs would take every place of the record's."""
_HEARTBEAT = 5.0
_CLAIMED = timedelta(seconds=5)
"""After this time it is seen whether letters in another's hands went out."""


class Delivery(Value):
    """Whose letters to send, and what that entity takes for now."""

    entity: EntityId
    clockwork: Clockwork = Clockwork()


class Correspondence:
    """Sends letters by the post it was given."""

    def __init__(self, post: Post) -> None:
        self._post = post

    @activity.defn(name="deliver")
    async def deliver(self, delivery: Delivery) -> Delivered:
        """Send what waits; as long as a letter still waits for another try, this fails and is tried again.

        So an outage of the mail leaves no events in the workflow's history, however long it lasts. The time
        is asked for at every try, because days may lie between two of them.
        """
        now = delivery.clockwork.at(activity.info().started_time)
        delivered = await _finished(asyncio.ensure_future(self._post.deliver(delivery.entity, now)))
        activity.logger.info(
            "letters: %d sent, %d refused, %d withdrawn, %d waiting",
            delivered.sent,
            delivered.refused,
            delivered.withdrawn,
            delivered.waiting,
        )
        if delivered.waiting:
            # no outage, but a claim that will end in a moment: no reason to wait longer from try to try
            soon = _CLAIMED if delivered.elsewhere == delivered.waiting else None
            raise ApplicationError(
                f"{delivered.waiting} letters wait for another try",
                type="LettersWaiting",
                next_retry_delay=soon,
            )
        return delivered


async def _finished(round_: asyncio.Future[Delivered]) -> Delivered:
    """The round's result, with a sign of life now and then.

    A round that is no longer wanted (its chapter ended) is still let finish, so that no letter is left half
    sent; only a worker that has to stop breaks it off.
    """
    unwanted: asyncio.CancelledError | None = None
    while not round_.done():
        try:
            await asyncio.wait({round_}, timeout=_HEARTBEAT)
            activity.heartbeat()
        except asyncio.CancelledError as cancelled:
            if activity.is_worker_shutdown():
                round_.cancel()
                raise
            unwanted = cancelled
    if unwanted is not None:
        raise unwanted
    return round_.result()
