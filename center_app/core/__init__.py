"""What every wing stands on: errors, time, money, text, the store, changes, audit and access."""
