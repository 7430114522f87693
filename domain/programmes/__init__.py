"""The programme itself: its end, its reports, and what is asked of many entities at once."""
