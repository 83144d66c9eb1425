"""The page Equipment."""
