"""Reports: periods and versions, the paper itself with the origin of every figure, and what blocks release."""
