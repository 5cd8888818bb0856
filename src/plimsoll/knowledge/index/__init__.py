"""The derived index: embeddings, full text and vectors in files that can be rebuilt from the table."""
