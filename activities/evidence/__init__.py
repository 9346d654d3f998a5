"""Packets and points of an annual review's people, as of today or as they were frozen."""
