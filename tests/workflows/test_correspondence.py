"""When letters that still wait are looked at again: soon where a claim must end first, ever later in an outage."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.correspondence import Correspondence, Delivery
from activities.ports import Delivered


class Told:
    """A post that comes to this."""

    def __init__(self, delivered: Delivered) -> None:
        self.delivered = delivered

    async def deliver(self, entity: str, at: datetime) -> Delivered:
        return self.delivered


async def tried_again(delivered: Delivered) -> timedelta | None:
    with pytest.raises(ApplicationError, match="wait for another try") as raised:
        await ActivityEnvironment().run(
            Correspondence(Told(delivered)).deliver, Delivery(entity="partnership/C1-01")
        )
    assert raised.value.type == "LettersWaiting" and not raised.value.non_retryable
    return raised.value.next_retry_delay


async def test_letters_in_another_hands_are_looked_at_again_soon() -> None:
    assert await tried_again(Delivered(sent=1, waiting=2, elsewhere=2)) == timedelta(seconds=5)


async def test_letters_that_failed_are_left_to_the_engines_patience() -> None:
    assert await tried_again(Delivered(waiting=3)) is None
    assert await tried_again(Delivered(waiting=3, elsewhere=0)) is None
