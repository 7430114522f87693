"""Pilot projects and investments: entities of their own, which outlive the stage that began them."""
