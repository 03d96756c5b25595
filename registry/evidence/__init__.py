"""Evidence files: what a holder gives to a court, complete in itself."""
