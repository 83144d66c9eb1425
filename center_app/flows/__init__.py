"""The few acts that span wings in one unit of work."""
