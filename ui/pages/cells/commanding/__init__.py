"""The commands of a cell's device as forms, with what came of the last ones."""
