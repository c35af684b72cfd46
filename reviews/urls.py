from django.urls import path

from reviews.views import ballots, duty_reports, findings, inspections, sessions, writing

app_name = "reviews"
urlpatterns = [
    # 年度检查
    path("campaigns/", inspections.InspectionCampaignList.as_view(), name="inspectioncampaign-list"),
    path("campaigns/new/", inspections.InspectionCampaignCreate.as_view(), name="inspectioncampaign-create"),
    path("campaigns/<int:pk>/", inspections.InspectionCampaignDetail.as_view(), name="inspectioncampaign-detail"),
    path("campaigns/<int:pk>/edit/", inspections.InspectionCampaignUpdate.as_view(), name="inspectioncampaign-update"),
    path("campaigns/<int:pk>/start/", inspections.start_campaign, name="inspectioncampaign-start"),
    path("campaigns/<int:pk>/close/", inspections.close_campaign, name="inspectioncampaign-close"),
    # 年检记录
    path("inspections/", inspections.InspectionRecordList.as_view(), name="inspectionrecord-list"),
    path("inspections/new/", inspections.InspectionRecordCreate.as_view(), name="inspectionrecord-create"),
    path("inspections/<int:pk>/", inspections.InspectionRecordDetail.as_view(), name="inspectionrecord-detail"),
    path("inspections/<int:pk>/edit/", inspections.InspectionRecordUpdate.as_view(), name="inspectionrecord-update"),
    path("inspections/<int:pk>/submit/", inspections.submit_record, name="inspectionrecord-submit"),
    path("inspections/<int:pk>/check/", inspections.start_check, name="inspectionrecord-check"),
    path("inspections/<int:pk>/return/", inspections.return_record, name="inspectionrecord-return"),
    path("inspections/<int:pk>/finish/", inspections.finish_check, name="inspectionrecord-finish"),
    path("inspections/<int:pk>/absent/", inspections.mark_absent, name="inspectionrecord-absent"),
    path("inspections/<int:pk>/conclude/", inspections.conclude_record, name="inspectionrecord-conclude"),
    # 检查问题及整改
    path("findings/", findings.FindingList.as_view(), name="finding-list"),
    path("findings/new/", findings.FindingCreate.as_view(), name="finding-create"),
    path("findings/<int:pk>/", findings.FindingDetail.as_view(), name="finding-detail"),
    path("findings/<int:pk>/edit/", findings.FindingUpdate.as_view(), name="finding-update"),
    path("findings/<int:pk>/start/", findings.start_finding, name="finding-start"),
    path("findings/<int:pk>/finish/", findings.finish_finding, name="finding-finish"),
    path("findings/<int:pk>/return/", findings.return_finding, name="finding-return"),
    path("findings/<int:pk>/close/", findings.close_finding, name="finding-close"),
    # 述职评议会议
    path("sessions/", sessions.ReviewSessionList.as_view(), name="reviewsession-list"),
    path("sessions/new/", sessions.ReviewSessionCreate.as_view(), name="reviewsession-create"),
    path("sessions/<int:pk>/", sessions.ReviewSessionDetail.as_view(), name="reviewsession-detail"),
    path("sessions/<int:pk>/edit/", sessions.ReviewSessionUpdate.as_view(), name="reviewsession-update"),
    path("sessions/<int:pk>/open/", sessions.open_session, name="reviewsession-open"),
    path("sessions/<int:pk>/complete/", sessions.complete_session, name="reviewsession-complete"),
    path("sessions/<int:pk>/hold/", sessions.hold_session, name="reviewsession-hold"),
    path("sessions/<int:pk>/close/", sessions.close_session, name="reviewsession-close"),
    path("sessions/<int:pk>/tallies/", ballots.export_tallies, name="reviewsession-tallies"),
    path("sessions/<int:pk>/ballots/new/", ballots.BallotBatchCreate.as_view(), name="ballotbatch-create"),
    path("ballots/<int:pk>/tally/", ballots.tally, name="ballotbatch-tally"),
    # 述职报告
    path("duty-reports/", duty_reports.DutyReportList.as_view(), name="dutyreport-list"),
    path("duty-reports/new/", duty_reports.DutyReportCreate.as_view(), name="dutyreport-create"),
    path("duty-reports/<int:pk>/", duty_reports.DutyReportDetail.as_view(), name="dutyreport-detail"),
    path("duty-reports/<int:pk>/review/", duty_reports.DutyReportReview.as_view(), name="dutyreport-review"),
    path("duty-reports/<int:pk>/arrange/", duty_reports.DutyReportUpdate.as_view(), name="dutyreport-update"),
    path("duty-reports/<int:pk>/print/", duty_reports.DutyReportPrint.as_view(), name="dutyreport-print"),
    path("duty-reports/<int:pk>/compare/", duty_reports.DutyReportCompare.as_view(), name="dutyreport-compare"),
    path("duty-reports/<int:pk>/edit/", writing.edit, name="dutyreport-edit"),
    path("duty-reports/<int:pk>/autosave/", writing.autosave, name="dutyreport-autosave"),
    path("duty-reports/<int:pk>/submit/", writing.submit, name="dutyreport-submit"),
    path("duty-reports/<int:pk>/upload/", writing.upload, name="dutyreport-upload"),
    path("duty-reports/<int:pk>/comment/", duty_reports.comment_report, name="dutyreport-comment"),
    path("duty-reports/<int:pk>/return/", duty_reports.return_report, name="dutyreport-return"),
    path("duty-reports/<int:pk>/accept/", duty_reports.accept_report, name="dutyreport-accept"),
    path("duty-reports/<int:pk>/mode/", duty_reports.change_mode, name="dutyreport-mode"),
]
