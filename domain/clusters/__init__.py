"""Thematic clusters: several partnerships with a common theme, sessions and plan."""
