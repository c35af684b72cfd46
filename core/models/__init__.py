from .accounts import LoginSession, PasswordRecord, User
from .audit import AuditEntry, AuditSeal
from .base import Record, RecordQuerySet, ScopedQuerySet
from .calendar import Holiday
from .committees import Committee, OfficeSetting
from .files import Attachment
from .filters import SavedFilter
from .imports import ImportBatch, ImportRow
from .jobs import Job
from .notices import Notice

__all__ = [
    "Attachment",
    "AuditEntry",
    "AuditSeal",
    "Committee",
    "Holiday",
    "ImportBatch",
    "ImportRow",
    "Job",
    "LoginSession",
    "Notice",
    "OfficeSetting",
    "PasswordRecord",
    "Record",
    "RecordQuerySet",
    "SavedFilter",
    "ScopedQuerySet",
    "User",
]
