"""Bricks that every page shares: theme, words, icons, lanes, tables, charts."""
