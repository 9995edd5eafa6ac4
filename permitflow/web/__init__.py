"""Pages: one module for each URL prefix."""
