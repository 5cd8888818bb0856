"""The corpora of a project: opened when needed, filled, kept in step with their sources, measured and shown."""
