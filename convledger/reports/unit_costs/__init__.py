"""What conversations really cost: facts from the ledger, costs from everywhere, put together."""
