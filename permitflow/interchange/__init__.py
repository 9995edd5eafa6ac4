"""Outside formats: one module reads or writes each."""
