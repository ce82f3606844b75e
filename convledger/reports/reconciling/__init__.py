"""A provider's table beside the ledger: the same days and models, what differs, and why."""
