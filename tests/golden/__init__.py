"""Golden vectors: facts worked out by hand, run against the project's own functions."""
