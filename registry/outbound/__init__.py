"""Asking other people's servers: always with limits of size, time and redirects."""
