"""Anchoring: witnesses of time outside of the operator, asked on a schedule, their answers kept."""
