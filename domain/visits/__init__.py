"""Study visits: one delegation serves many partnerships."""
