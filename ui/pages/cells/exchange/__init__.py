"""Take what is recorded out of the window, and foreign files in."""
