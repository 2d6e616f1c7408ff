"""Database rules that a model declares in Meta.constraints: AppendOnly, ImmutableWhen, AuditRows."""

from .append_only import AppendOnly
from .audited import AuditRows
from .immutable import ImmutableWhen

__all__ = ["AppendOnly", "AuditRows", "ImmutableWhen"]
