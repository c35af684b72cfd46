"""Forms of the ledgers. Consequences go through workflows; a form only asks."""

from .bodies import AffiliationForm, InstructorForm, LiaisonForm, OrganizationForm
from .branches import BranchForm, CoverageForm, DissolveForm, PostForm
from .charters import CharterForm, LetterForm, SurveyForm, VoidForm
from .conduct import MemberCorrectionForm, MemberLapseForm
from .events import CorrectionForm, EventForm, FormerNameForm, TwinForm
from .floating import ContactForm, FloatingForm, LostForm
from .ledgers import BatchForm, DifferenceForm, LedgerCheckForm
from .members import ExtendForm, FullForm, LeaveForm, MemberContactForm, MemberForm, MembershipForm, RestoreForm
from .transfers import TransferForm

__all__ = [
    "AffiliationForm",
    "BatchForm",
    "BranchForm",
    "CharterForm",
    "ContactForm",
    "CorrectionForm",
    "CoverageForm",
    "DifferenceForm",
    "DissolveForm",
    "EventForm",
    "ExtendForm",
    "FloatingForm",
    "FormerNameForm",
    "FullForm",
    "InstructorForm",
    "LeaveForm",
    "LedgerCheckForm",
    "LetterForm",
    "LiaisonForm",
    "LostForm",
    "MemberContactForm",
    "MemberCorrectionForm",
    "MemberForm",
    "MemberLapseForm",
    "MembershipForm",
    "OrganizationForm",
    "PostForm",
    "RestoreForm",
    "SurveyForm",
    "TransferForm",
    "TwinForm",
    "VoidForm",
]
