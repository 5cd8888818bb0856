"""How a server runs: its processes, its connections, and what it does by itself between requests."""
