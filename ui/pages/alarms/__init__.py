"""Alarms: what is active, what to do about it, and how the alarms themselves do."""
