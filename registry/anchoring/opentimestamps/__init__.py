"""OpenTimestamps: calendars that put digests into blocks of Bitcoin."""
