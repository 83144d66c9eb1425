"""Run rules: measured intervals and coverage from samples; pure functions on values."""
