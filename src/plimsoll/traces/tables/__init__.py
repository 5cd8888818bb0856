"""The statements over the tables of traces, one file a purpose."""
