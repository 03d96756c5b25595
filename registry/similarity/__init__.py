"""Which registered pictures a listing picture contains, where, and how sure that is. Knows fingerprints and ids, no people."""
