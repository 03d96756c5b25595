"""Firstmark: an original-work registration ledger with blockchain-style notarization."""
