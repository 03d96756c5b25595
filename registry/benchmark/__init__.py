"""Measures this installation: thefts made from a seed, found or missed, with peers beside it in the same run."""
