"""Forms of this app; each owns its fields, order and hints."""

from .activities import ActivityForm, OwnActivityForm
from .issues import PlanItemForm, ProblemForm
from .lists import ExtendForm, PasteForm, ReportForm, TaskItemForm, TaskListForm
from .meetings import (
    AgendaItemForm,
    ConveyedDocumentForm,
    InviteForm,
    JointMeetingForm,
    MeetingRequirementForm,
    ResolutionForm,
)
from .training import ParticipantsForm, TrainingForm

__all__ = [
    "ActivityForm",
    "AgendaItemForm",
    "ConveyedDocumentForm",
    "ExtendForm",
    "InviteForm",
    "JointMeetingForm",
    "MeetingRequirementForm",
    "OwnActivityForm",
    "ParticipantsForm",
    "PasteForm",
    "PlanItemForm",
    "ProblemForm",
    "ReportForm",
    "ResolutionForm",
    "TaskItemForm",
    "TaskListForm",
    "TrainingForm",
]
