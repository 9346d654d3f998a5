"""Opinions and grades, given by people, within a unit's share."""
