"""Which registered pictures a listing picture contains, where, and how sure. Knows fingerprints and ids, no people."""
