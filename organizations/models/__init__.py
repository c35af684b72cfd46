from .branches import BranchPost, PartyBranch
from .changes import MemberChange
from .charters import CharterRecord, CommitmentLetter, MemberSurvey
from .coverage import BranchCoverage, InstructorAssignment, Liaison
from .floating import FloatingContact, FloatingRecord, LostRecord
from .ledgers import LedgerCheck, LedgerDifference
from .members import Membership, PartyMember, months_after
from .organizations import Affiliation, FormerName, IncubationBatch, OrganizationEvent, SocialOrganization
from .postings import Posting, is_secretary_of, office_of, posted_ids, secretaries_of
from .registration import Correction, RegistrationReview
from .sync import SyncDuty, SyncRule, duty_state
from .transfers import MemberTransfer, waiting_days

__all__ = [
    "Affiliation",
    "BranchCoverage",
    "BranchPost",
    "CharterRecord",
    "CommitmentLetter",
    "Correction",
    "FloatingContact",
    "FloatingRecord",
    "FormerName",
    "IncubationBatch",
    "InstructorAssignment",
    "LedgerCheck",
    "LedgerDifference",
    "Liaison",
    "LostRecord",
    "MemberChange",
    "MemberSurvey",
    "MemberTransfer",
    "Membership",
    "OrganizationEvent",
    "PartyBranch",
    "PartyMember",
    "Posting",
    "RegistrationReview",
    "SocialOrganization",
    "SyncDuty",
    "SyncRule",
    "duty_state",
    "is_secretary_of",
    "months_after",
    "office_of",
    "posted_ids",
    "secretaries_of",
    "waiting_days",
]
