"""Recordings on the server: what collectors replicate, and how a desk elsewhere reads it."""
