"""How fast the ledger appends, proves and verifies, and how that changes as it grows."""
