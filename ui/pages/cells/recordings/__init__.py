"""The sheet of a cell's recordings: what there is, whether it is whole, decoded again, kept how long."""
