from .branches import BranchPost, PartyBranch
from .charters import CharterRecord, CommitmentLetter, MemberSurvey
from .coverage import BranchCoverage, InstructorAssignment, Liaison
from .guidance import CoveragePlan, InstructorVisit, MassOrganization
from .ledgers import LedgerCheck, LedgerDifference
from .members import Membership, PartyMember
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
    "CoveragePlan",
    "FormerName",
    "IncubationBatch",
    "InstructorAssignment",
    "InstructorVisit",
    "LedgerCheck",
    "LedgerDifference",
    "Liaison",
    "MassOrganization",
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
    "posted_ids",
]
