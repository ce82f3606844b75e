"""Samples of conversations for people to review, and what their verdicts come to."""
