"""Questions to the ledger, and how the answers are written down."""
