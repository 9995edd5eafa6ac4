"""The tamper-evident record: canonical bytes, salted commitments and hash chains. Pure; it reads no table."""
