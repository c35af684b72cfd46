"""Forms of the ledgers. Consequences go through workflows; a form only asks."""

from .bodies import AffiliationForm, InstructorForm, LiaisonForm, OrganizationForm
from .branches import BranchForm, CoverageForm, DissolveForm, PostForm
from .charters import CharterForm, LetterForm, SurveyForm
from .events import CorrectionForm, EventForm, TwinForm
from .fields import LIVE_BODIES, LIVE_BRANCHES, DatedForm, QuarterField, body_field, branch_field, quarter_number
from .floating import ContactForm, FloatingForm, LostForm
from .ledgers import BatchForm, DifferenceForm, LedgerCheckForm
from .members import ExtendForm, FullForm, LeaveForm, MemberForm, RestoreForm
from .transfers import TransferForm

__all__ = [
    "LIVE_BODIES",
    "LIVE_BRANCHES",
    "AffiliationForm",
    "BatchForm",
    "BranchForm",
    "CharterForm",
    "ContactForm",
    "CorrectionForm",
    "CoverageForm",
    "DatedForm",
    "DifferenceForm",
    "DissolveForm",
    "EventForm",
    "ExtendForm",
    "FloatingForm",
    "FullForm",
    "InstructorForm",
    "LeaveForm",
    "LedgerCheckForm",
    "LetterForm",
    "LiaisonForm",
    "LostForm",
    "MemberForm",
    "OrganizationForm",
    "PostForm",
    "QuarterField",
    "RestoreForm",
    "SurveyForm",
    "TransferForm",
    "TwinForm",
    "body_field",
    "branch_field",
    "quarter_number",
]
