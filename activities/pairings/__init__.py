"""Who is paired with which class, or mentors whom: from when, until when, and why it ended."""
