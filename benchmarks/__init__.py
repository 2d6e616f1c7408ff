"""How fast the hospital is, beside a minimal Django doing the same work, and with ten times the history."""
