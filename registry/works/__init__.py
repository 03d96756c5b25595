"""Registered works: what designers claim, change, withdraw and have erased."""
