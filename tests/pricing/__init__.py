"""Facts about prices, names and the rating of calls."""
