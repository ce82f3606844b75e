"""Readers of memory files: one file a format, bytes in, items or reasons out."""
