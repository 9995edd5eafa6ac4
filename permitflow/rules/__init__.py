"""Computed code checks: pure functions from the answers of an application to results with their reasons."""
