"""From log files to the ledger: discover, read, rate, write; tail and watch."""
