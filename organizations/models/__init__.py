from .applications import BranchApplication
from .bodydays import Affiliation, DueMark
from .branches import BranchPost, PartyBranch
from .changes import MemberChange
from .charters import CharterRecord, CommitmentLetter, MemberSurvey
from .conduct import MemberCorrection, MemberLapse, correction_state, lapse_state
from .confirmations import DataConfirmation, latest_confirmation
from .coverage import BranchCoverage, InstructorAssignment, Liaison
from .events import FormerName, OrganizationEvent
from .floating import FloatingContact, FloatingRecord, LostRecord
from .guidance import CoveragePlan, InstructorVisit, MassOrganization
from .ledgers import LedgerCheck, LedgerDifference
from .members import MENDABLE, Membership, PartyMember, facts_of_number, party_age, party_posts, split_posts
from .merges import DuplicateDismissal, OrganizationMerge
from .organizations import IncubationBatch, SocialOrganization
from .postings import Posting, is_secretary_of, liaised_ids, posted_ids
from .registration import Correction, RegistrationReview
from .sync import PROVED, SyncDuty, SyncRule, duty_state
from .terms import NEAR_MONTHS, ElectedPerson, ElectionTerm, branch_term_state, term_state
from .transfers import MemberTransfer, waiting_days

__all__ = [
    "MENDABLE",
    "NEAR_MONTHS",
    "PROVED",
    "Affiliation",
    "BranchApplication",
    "BranchCoverage",
    "BranchPost",
    "CharterRecord",
    "CommitmentLetter",
    "Correction",
    "CoveragePlan",
    "DataConfirmation",
    "DueMark",
    "DuplicateDismissal",
    "ElectedPerson",
    "ElectionTerm",
    "FloatingContact",
    "FloatingRecord",
    "FormerName",
    "IncubationBatch",
    "InstructorAssignment",
    "InstructorVisit",
    "LedgerCheck",
    "LedgerDifference",
    "Liaison",
    "LostRecord",
    "MassOrganization",
    "MemberChange",
    "MemberCorrection",
    "MemberLapse",
    "MemberSurvey",
    "MemberTransfer",
    "Membership",
    "OrganizationEvent",
    "OrganizationMerge",
    "PartyBranch",
    "PartyMember",
    "Posting",
    "RegistrationReview",
    "SocialOrganization",
    "SyncDuty",
    "SyncRule",
    "branch_term_state",
    "correction_state",
    "duty_state",
    "facts_of_number",
    "is_secretary_of",
    "lapse_state",
    "latest_confirmation",
    "liaised_ids",
    "party_age",
    "party_posts",
    "posted_ids",
    "split_posts",
    "term_state",
    "waiting_days",
]
