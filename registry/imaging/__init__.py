"""From an uploaded file to canonical pixels and fingerprints. Pure functions on pixels, and one sandbox."""
