"""Alarms: the state machine, the limit evaluation, the log's indicators; pure functions on values."""
