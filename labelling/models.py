"""All tables, for Django and migrations only; the rest of the house goes through selectors and services."""

from labelling.accounts.models import ApiToken, User
from labelling.assign.models import Assignment, Cursor, GoldExample, ReturnedExample
from labelling.assign.overlap_models import AskedMore, LabellerSkill, OverlapState
from labelling.assign.suggestion_models import Suggested, Suggestion, SuggestionRemoval
from labelling.audit import AuditEvent
from labelling.discuss.models import Case, CaseInvite, CaseReason, Remark, Resolution
from labelling.discuss.suspect_models import SentSuspect
from labelling.evaluate.models import CandidateModel, Evaluation
from labelling.intake.models import AssignQueue, Batch, Example, Media, MediaCopy, RowError, Source
from labelling.intake.slice_models import Slice
from labelling.jobs.models import Job, WorkerBeat
from labelling.label.models import (
    Answer,
    AnswerChange,
    AnswerCode,
    CountedAnswer,
    Label,
    LabellerDay,
    TagCount,
)
from labelling.measure.likeness_models import LikenessGroup, LikenessMember, LikenessRun, PicturePrint
from labelling.measure.models import AgreementRun, ResolvedAnswer, TookPart
from labelling.measure.note_models import Note
from labelling.measure.suspect_models import AuditedAnswer, LabelAudit, Suspect, SuspectRun
from labelling.projects.models import (
    GuidelineVersion,
    Membership,
    Project,
    ProjectCounts,
    Question,
    SchemaVersion,
)
from labelling.release.models import DatasetVersion, Pull, Recall, VersionFile

__all__ = [
    "AgreementRun",
    "Answer",
    "AnswerChange",
    "AnswerCode",
    "ApiToken",
    "AskedMore",
    "AssignQueue",
    "Assignment",
    "AuditEvent",
    "AuditedAnswer",
    "Batch",
    "CandidateModel",
    "Case",
    "CaseInvite",
    "CaseReason",
    "CountedAnswer",
    "Cursor",
    "DatasetVersion",
    "Evaluation",
    "Example",
    "GoldExample",
    "GuidelineVersion",
    "Job",
    "Label",
    "LabelAudit",
    "LabellerDay",
    "LabellerSkill",
    "LikenessGroup",
    "LikenessMember",
    "LikenessRun",
    "Media",
    "MediaCopy",
    "Membership",
    "Note",
    "OverlapState",
    "PicturePrint",
    "Project",
    "ProjectCounts",
    "Pull",
    "Question",
    "Recall",
    "Remark",
    "Resolution",
    "ResolvedAnswer",
    "ReturnedExample",
    "RowError",
    "SchemaVersion",
    "SentSuspect",
    "Slice",
    "Source",
    "Suggested",
    "Suggestion",
    "SuggestionRemoval",
    "Suspect",
    "SuspectRun",
    "TagCount",
    "TookPart",
    "User",
    "VersionFile",
    "WorkerBeat",
]
