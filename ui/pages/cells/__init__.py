"""Cells: tiles of every cell, and plots of one."""
