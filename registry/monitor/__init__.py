"""Following any log that is published as tiles, ours or another's, and comparing one log with another."""
