"""Write a device profile as text beside a live preview on captured bytes."""
