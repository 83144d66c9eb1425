"""Read what frames say, one module per protocol: requests, answers, states, errors."""
