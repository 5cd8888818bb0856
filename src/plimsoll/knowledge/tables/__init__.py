"""Further queries on the tables of `table.py`, and the table of sources. Ingestion and retrieval call them."""
