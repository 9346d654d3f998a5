"""The close of an annual review by two people, and what of it is frozen."""
