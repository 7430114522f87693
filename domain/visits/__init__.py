"""Study visits: one delegation serves many partnerships."""

import domain.stages  # noqa: F401  # its steps and the stages name each other: whoever comes first, both are there
