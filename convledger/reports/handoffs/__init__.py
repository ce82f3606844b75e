"""Questions about hand-offs: which there were, why, and what they cost."""
