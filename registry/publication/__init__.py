"""What strangers see of the log: the static files, what of them was shown, and the witnesses of it."""
