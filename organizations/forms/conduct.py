"""Forms of 限期改正 and 未履行义务."""

from core.forms import RecordForm
from organizations.models import MemberCorrection, MemberLapse


class MemberCorrectionForm(RecordForm):
    class Meta:
        model = MemberCorrection
        fields = ["circumstance", "detail", "start_on", "until", "document_no"]


class MemberLapseForm(RecordForm):
    class Meta:
        model = MemberLapse
        fields = ["ground", "since", "excuse", "note"]
