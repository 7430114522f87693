"""Pilot projects and investments: entities of their own, which outlive the stage that began them."""

import domain.stages  # noqa: F401  # its steps and the stages name each other: whoever comes first, both are there
