"""Reads for pages; they return frozen dataclasses and change nothing."""
