"""Measurements to repeat by hand; none of them is a test."""
