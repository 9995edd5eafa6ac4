"""Reads for managers: where files spend their time, built on the arithmetic of analytics."""
