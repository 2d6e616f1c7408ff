"""Backups of the whole house, sealed for a key that is kept elsewhere; taken while people work, checked, put back."""
