from .branches import BranchPost, PartyBranch
from .charters import CharterRecord, CommitmentLetter, MemberSurvey
from .confirmations import DataConfirmation, latest_confirmation
from .coverage import BranchCoverage, InstructorAssignment, Liaison
from .ledgers import LedgerCheck, LedgerDifference
from .members import Membership, PartyMember, party_age
from .organizations import Affiliation, FormerName, IncubationBatch, OrganizationEvent, SocialOrganization
from .postings import Posting, is_secretary_of, posted_ids
from .registration import Correction, RegistrationReview
from .sync import SyncDuty, SyncRule, duty_state

__all__ = [
    "Affiliation",
    "BranchCoverage",
    "BranchPost",
    "CharterRecord",
    "CommitmentLetter",
    "Correction",
    "DataConfirmation",
    "FormerName",
    "IncubationBatch",
    "InstructorAssignment",
    "LedgerCheck",
    "LedgerDifference",
    "Liaison",
    "MemberSurvey",
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
    "latest_confirmation",
    "party_age",
    "posted_ids",
]
