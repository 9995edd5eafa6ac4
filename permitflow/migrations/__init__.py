"""Schema changes, oldest first; models equal their sum on every database."""
