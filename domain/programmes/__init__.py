"""The programme itself: its end, its reports, and what is asked of many entities at once."""

import domain.stages  # noqa: F401  # its steps and the stages name each other: whoever comes first, both are there
