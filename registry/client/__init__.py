"""The typed client of the HTTP API, and the shapes on the wire that no domain owns."""
