"""Measurements: each compares with a baseline in the same run, because machines differ and are noisy."""
