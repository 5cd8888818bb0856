"""Reading replies and streams: one file a wire. The wire's root exports what others use."""
