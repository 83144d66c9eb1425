"""Read tables of other programs: each reader gathers them in a DuckDB file, where time is found and rows ordered."""
