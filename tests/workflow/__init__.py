"""Tests of hand-offs and reviews."""
