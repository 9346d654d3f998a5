"""Peer review: drawn, written, and told in sums."""
