"""The collector process: ports, raw log, decoding, alarms, run rules, execution of requests; never Qt."""
