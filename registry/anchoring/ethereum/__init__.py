"""Anchors in Ethereum's chain: the ledger's root told to a contract that nobody owns, and proof that it was."""
