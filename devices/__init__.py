"""The wire: framing, checksums, typed decoding, transports, profiles and simulators."""
