"""Verbs: one function is one thing that a person, or a clock, did. None of them commits."""
