"""What is counted of traces, minute by minute, hour by hour and day by day, so that figures scan no span. Pure."""
