"""The frame of the window: rail, top bar, status bar; it only navigates."""
