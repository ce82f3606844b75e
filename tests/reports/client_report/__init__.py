"""A month as a report for a client: its figures, its forms, and what may not be in it."""
