"""Forms: one module for each module of pages, under the same name."""
