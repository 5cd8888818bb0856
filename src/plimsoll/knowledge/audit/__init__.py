"""What is wrong with what a corpus knows: see `audit`, which the project's operations call."""
