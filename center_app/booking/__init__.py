"""Bookings of machines, use of machines, and the hours that come of both."""
