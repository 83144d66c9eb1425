"""The console of a cell: its line's traffic, and free lines of the person who has the machine booked."""
