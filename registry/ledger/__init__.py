"""The append-only ledger: entries, commitments, Merkle tree, signed checkpoints, and their self-check."""
