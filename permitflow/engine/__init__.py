"""The workflow engine: definitions, machine, conditions, clocks and calendars. It knows no web page and no table."""
