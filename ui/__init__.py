"""The window: shell, kit and pages on Qt Widgets."""
