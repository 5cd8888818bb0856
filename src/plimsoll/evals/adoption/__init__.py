"""What a team sees before it adopts a model: probes of its edges, and one table of how it did."""
