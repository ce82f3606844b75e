"""What people do about conversations: hand-offs, reviews."""
