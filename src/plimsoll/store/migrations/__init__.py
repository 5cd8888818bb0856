"""Migrations of the two families of tables, run by `store/migrate.py` and by nothing else."""
