"""Statements as files: for people, for spreadsheets and programs, for double-entry books."""
