"""Reports: a frozen snapshot, its figures, the paper, and the way back from a figure to bytes."""
