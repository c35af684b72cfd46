from .activities import Activity, ActivityParty
from .issues import PlanItem, Problem
from .lists import TaskAssignment, TaskItem, TaskList
from .meetings import (
    AgendaItem,
    ConveyedDocument,
    JointMeeting,
    MeetingAttendance,
    MeetingRequirement,
    Resolution,
)
from .training import Training, TrainingParticipant

__all__ = [
    "Activity",
    "ActivityParty",
    "AgendaItem",
    "ConveyedDocument",
    "JointMeeting",
    "MeetingAttendance",
    "MeetingRequirement",
    "PlanItem",
    "Problem",
    "Resolution",
    "TaskAssignment",
    "TaskItem",
    "TaskList",
    "Training",
    "TrainingParticipant",
]
