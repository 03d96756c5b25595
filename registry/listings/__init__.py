"""Listings of marketplaces, checked against registered works."""
