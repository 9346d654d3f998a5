"""Grades of years that were reviewed elsewhere, from a file."""
