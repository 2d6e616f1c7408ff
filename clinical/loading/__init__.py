"""What rows of other systems mean here."""
