"""Run AI features in production: draw one line for quality, latency, cost and errors, and hold it."""
