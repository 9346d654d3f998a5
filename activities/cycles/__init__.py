"""The annual review of a unit: its steps, what it goes by and who takes part. Rooms above tell what a step does."""
