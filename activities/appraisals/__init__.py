"""The secret ballots of an annual review."""
