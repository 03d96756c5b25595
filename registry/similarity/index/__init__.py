"""The search's derived data: immutable tables, in memory or in mapped files, and what keeps them up with the ledger."""
