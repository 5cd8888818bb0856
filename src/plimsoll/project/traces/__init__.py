"""The traces of a project: what is kept of requests, shown, run again, received from others and sent to them."""
