"""Answers as people and programs read them: tables, CSV, JSON."""
