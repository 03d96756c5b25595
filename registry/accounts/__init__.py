"""Who asks: accounts, their API keys, and what a key allows."""
