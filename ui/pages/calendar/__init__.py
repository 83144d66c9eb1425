"""Show the booking timeline: machines by time, drawn, dragged and typed."""
