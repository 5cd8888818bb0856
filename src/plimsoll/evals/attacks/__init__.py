"""Attacks on a feature: suites read by a declared shape, and the rate at which each type of attack succeeds."""
