from django.urls import path

from organizations.views import bodies, branches, coverage, ledgers, members, papers, registration, search, sync

app_name = "organizations"


def pages(stem: str, name: str, module: object, model: str) -> list:
    """The four pages of a model: list, form for a new row, detail, form for a change."""
    return [
        path(f"{stem}/", getattr(module, f"{model}List").as_view(), name=f"{name}-list"),
        path(f"{stem}/new/", getattr(module, f"{model}Create").as_view(), name=f"{name}-create"),
        path(f"{stem}/<int:pk>/", getattr(module, f"{model}Detail").as_view(), name=f"{name}-detail"),
        path(f"{stem}/<int:pk>/edit/", getattr(module, f"{model}Update").as_view(), name=f"{name}-update"),
    ]


BODY, BRANCH, MEMBER = "social-organizations/<int:pk>", "branches/<int:pk>", "members/<int:pk>"
REVIEW = "registrations/<int:pk>"
urlpatterns = [
    *pages("social-organizations", "socialorganization", bodies, "SocialOrganization"),
    path(f"{BODY}/affiliation/", bodies.AffiliationPage.as_view(), name="socialorganization-affiliation"),
    path(f"{BODY}/event/", bodies.EventPage.as_view(), name="socialorganization-event"),
    path(f"{BODY}/instructor/", bodies.InstructorPage.as_view(), name="socialorganization-instructor"),
    path(f"{BODY}/instructor/<int:part>/end/", bodies.end_instructor, name="instructor-end"),
    path(f"{BODY}/liaison/", bodies.LiaisonPage.as_view(), name="socialorganization-liaison"),
    path(f"{BODY}/reveal/", bodies.reveal_body, name="socialorganization-reveal"),
    path("search/", search.search, name="search"),
    path("registrations/", registration.RegistrationBoard.as_view(), name="registration-list"),
    path("registrations/new/", registration.RegistrationCreate.as_view(), name="registration-create"),
    path("registrations/bodies/", bodies.RegistrationList.as_view(), name="registration-bodies"),
    path(f"{REVIEW}/", registration.RegistrationDetail.as_view(), name="registration-detail"),
    path(f"{REVIEW}/edit/", registration.RegistrationUpdate.as_view(), name="registration-update"),
    path(f"{REVIEW}/check/", registration.RegistrationCheck.as_view(), name="registration-check"),
    path(f"{REVIEW}/correction/", registration.CorrectionPage.as_view(), name="registration-correction"),
    path(f"{REVIEW}/answer/", registration.registration_answer, name="registration-answer"),
    path(f"{REVIEW}/pass/", registration.registration_pass, name="registration-pass"),
    path(f"{REVIEW}/back/", registration.registration_back, name="registration-back"),
    path(f"{REVIEW}/refuse/", registration.registration_refuse, name="registration-refuse"),
    path(f"{REVIEW}/papers/<slug:paper>/", registration.registration_paper, name="registration-paper"),
    path("sync-duties/", sync.SyncDutyList.as_view(), name="syncduty-list"),
    path("sync-duties/new/", sync.SyncDutyCreate.as_view(), name="syncduty-create"),
    path("sync-duties/<int:pk>/", sync.SyncDutyDetail.as_view(), name="syncduty-detail"),
    path("sync-duties/<int:pk>/done/", sync.syncduty_done, name="syncduty-done"),
    path("sync-duties/<int:pk>/reopen/", sync.syncduty_reopen, name="syncduty-reopen"),
    path("sync-rules/", sync.SyncRuleList.as_view(), name="syncrule-list"),
    path("sync-rules/adopt/", sync.syncrule_adopt, name="syncrule-adopt"),
    path("sync-rules/new/", sync.SyncRuleCreate.as_view(), name="syncrule-create"),
    path("sync-rules/<int:pk>/edit/", sync.SyncRuleUpdate.as_view(), name="syncrule-update"),
    path("coverage/", coverage.CoveragePage.as_view(), name="coverage"),
    path("coverage/rows/", coverage.CoverageRows.as_view(), name="coverage-rows"),
    *pages("branches", "partybranch", branches, "PartyBranch"),
    path(f"{BRANCH}/coverage/", branches.CoveragePage.as_view(), name="partybranch-coverage"),
    path(f"{BRANCH}/coverage/<int:part>/end/", branches.end_coverage, name="coverage-end"),
    path(f"{BRANCH}/post/", branches.PostPage.as_view(), name="partybranch-post"),
    path(f"{BRANCH}/post/<int:part>/end/", branches.end_post, name="post-end"),
    path(f"{BRANCH}/move/", branches.move_branch, name="partybranch-move"),
    path(f"{BRANCH}/dissolve/", branches.DissolvePage.as_view(), name="partybranch-dissolve"),
    path(f"{BRANCH}/reveal/", branches.reveal_branch, name="partybranch-reveal"),
    path("members/find/", members.find_member, name="partymember-find"),
    *pages("members", "partymember", members, "PartyMember"),
    path(f"{MEMBER}/reveal/", members.reveal_member, name="partymember-reveal"),
    path(f"{MEMBER}/transfer/", members.TransferPage.as_view(), name="partymember-transfer"),
    path(f"{MEMBER}/leave/", members.LeavePage.as_view(), name="partymember-leave"),
    path(f"{MEMBER}/restore/", members.RestorePage.as_view(), name="partymember-restore"),
    path(f"{MEMBER}/full/", members.FullPage.as_view(), name="partymember-full"),
    *pages("charters", "charterrecord", papers, "CharterRecord"),
    path("charters/<int:pk>/move/", papers.move_charter, name="charterrecord-move"),
    *pages("letters", "commitmentletter", papers, "CommitmentLetter"),
    path("letters/<int:pk>/move/", papers.move_letter, name="commitmentletter-move"),
    path("surveys/new/", papers.MemberSurveyCreate.as_view(), name="membersurvey-create"),
    *pages("ledger-checks", "ledgercheck", ledgers, "LedgerCheck"),
    path("ledger-checks/<int:pk>/differences/new/", ledgers.LedgerDifferenceCreate.as_view(),
         name="ledgerdifference-create"),
    path("ledger-differences/", ledgers.LedgerDifferenceList.as_view(), name="ledgerdifference-list"),
    path("ledger-differences/<int:pk>/edit/", ledgers.LedgerDifferenceUpdate.as_view(),
         name="ledgerdifference-update"),
    *pages("incubation-batches", "incubationbatch", ledgers, "IncubationBatch"),
]  # fmt: skip
