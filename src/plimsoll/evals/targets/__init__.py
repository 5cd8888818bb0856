"""What runs can evaluate, one kind a file: a feature, an async function, an HTTP endpoint."""
