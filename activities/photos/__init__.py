"""Photos: read apart, made anew, kept in the database."""
