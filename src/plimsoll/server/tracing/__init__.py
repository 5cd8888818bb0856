"""A trace as the console and its JSON twins show it: its steps as a tree, one step whole, two traces side by side."""
