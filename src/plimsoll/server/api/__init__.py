"""The HTTP API: one file a noun. Each handler parses, calls one operation of the project, and renders."""
