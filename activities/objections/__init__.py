"""The notice of grades within a unit, objections to them, and the answers."""
