"""Register of machines, their occupied time and outages."""
