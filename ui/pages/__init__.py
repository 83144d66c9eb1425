"""Pages of the window, one folder each, independent of each other."""
