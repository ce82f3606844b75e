"""Homes with the logs of one counting rule each."""
