"""The columns that report pages read: gathered from a city's record, kept in files, renewed by what changed."""
