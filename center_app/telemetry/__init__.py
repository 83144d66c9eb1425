"""Telemetry wing: cells, recordings, the store, the collector, run rules, alarms, evidence."""
