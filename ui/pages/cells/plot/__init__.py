"""The plotting core: a shared time axis, decimated curves, one item that paints them."""
