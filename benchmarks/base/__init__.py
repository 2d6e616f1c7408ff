"""What everything is measured against."""
