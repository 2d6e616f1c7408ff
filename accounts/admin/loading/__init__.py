"""Loading in the back office: the five steps from a file to its result, and the list of all loads."""

from accounts.admin.loading import batches

__all__ = ["batches"]
