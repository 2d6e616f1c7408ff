"""The demo hospital: always the same people and, counted from today, the same visits."""
