"""Readers: one file a format, bytes in, findings out."""
