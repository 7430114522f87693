"""Thematic clusters: several partnerships with a common theme, sessions and plan."""

import domain.stages  # noqa: F401  # its steps and the stages name each other: whoever comes first, both are there
