"""Who may what: roles, their permissions and how far each goes, and what it is called."""

from accounts.roles.table import PUBLIC, STAFF_ROLES, TABLE, Reach, Role, reach
from accounts.roles.words import WORDS

__all__ = ["PUBLIC", "STAFF_ROLES", "TABLE", "WORDS", "Reach", "Role", "reach"]
