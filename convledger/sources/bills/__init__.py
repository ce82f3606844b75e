"""Tables in which providers tell what was used and charged: by day and model, or call by call.

They are never imported: they stand beside the ledger, which is compared with them.
"""
