"""What devices can be told: one file a family, hooked into the profiles as `commands`."""
