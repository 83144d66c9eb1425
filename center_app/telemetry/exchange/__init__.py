"""Take recordings out and foreign tables in: CSV, Parquet, MCAP, HDF5."""
