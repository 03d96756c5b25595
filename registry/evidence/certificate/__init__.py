"""Certificates: what an evidence file proves, as a signed PDF for people to read; never more than the file itself."""
