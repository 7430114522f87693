"""The composition: the one place that knows every concrete, and runs it."""
