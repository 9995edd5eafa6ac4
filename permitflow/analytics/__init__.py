"""Statistics of a flow of files: pure functions over plain columns, with no database and no web."""
