"""The self-review of an annual review."""
