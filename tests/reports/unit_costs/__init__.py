"""The full cost of conversations, from the ledger, plans, cost items and people."""
