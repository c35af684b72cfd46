"""What a GET of every address answers to everybody: the table that test_pages.py goes through. The first name that fits holds."""

from fnmatch import fnmatch

PEOPLE = ("anonymous", "staff", "leader", "secretary", "stranger", "liaison", "system", "security", "audit")
# what a GET answers to each of PEOPLE; rows are those of the secretary's branch, else of the liaison's body
OPEN = "200 200 200 200 200 200 200 200 200"
SIGNED_IN = "302 200 200 200 200 200 200 200 200"
BUSINESS = "302 200 200 200 200 200 403 403 403"
OFFICE = "302 200 200 403 403 403 403 403 403"
STAFF = "302 200 403 403 403 403 403 403 403"
OWN_BRANCH = "302 200 200 200 404 404 403 403 403"
OWN_BOTH = "302 200 200 200 404 200 403 403 403"
WRITES_FOR_BRANCH = "302 200 403 200 404 404 403 403 403"
WRITES_HIDDEN = "302 200 403 200 404 404 404 404 404"
POST = "302 405 405 405 405 405 405 405 405"
STARTER = "302 200 404 404 404 404 404 404 404"
ACCOUNTS = "302 200 403 403 403 403 200 200 403"
EXPECTED = (
    ("core:healthz", OPEN),
    ("core:login", "200 302 302 302 302 302 302 302 302"),
    ("core:logout", "405 405 405 405 405 405 405 405 405"),
    ("core:password core:session-list core:notice-list reports:home", SIGNED_IN),
    ("core:user-list core:user-detail core:user-issue core:user-slips", ACCOUNTS),
    ("core:user-create", "302 200 403 403 403 403 200 403 403"),
    ("core:audit-list", "302 403 403 403 403 403 403 403 200"),
    ("core:attachment-download", "302 200 200 200 404 404 404 404 404"),
    ("core:job core:job-state", STARTER),
    ("core:job-result", "302 404 404 404 404 404 404 404 404"),  # this job has left no file
    ("core:setup-guide core:import-index core:import-batch-list core:import-upload core:import-blank", STAFF),
    ("core:import-paste", STAFF),
    ("core:import-batch core:import-undo", STAFF),
    ("core:import-annotated", "302 404 403 403 403 403 403 403 403"),  # a workbook without errors has no such copy
    (
        "core:session-end* core:user-reset core:user-unlock core:user-disable core:user-enable core:user-end-sessions"
        " core:user-role core:notice-read-all core:notice-open core:attachment-add core:attachment-delete"
        " core:import-apply core:import-abandon core:import-export core:import-paste-heads",
        POST,
    ),
    ("tasks:tasklist-list tasks:tasklist-detail tasks:tasklist-matrix tasks:tasklist-branches", OFFICE),
    ("tasks:tasklist-export tasks:jointmeeting-sign-in", OFFICE),
    ("tasks:problem-list tasks:problem-detail tasks:plan-list tasks:plan-detail", OFFICE),
    ("tasks:assignment-detail tasks:taskitem-detail tasks:activity-detail tasks:training-detail", OWN_BRANCH),
    ("tasks:jointmeeting-detail", OWN_BOTH),
    ("tasks:assignment-report", WRITES_FOR_BRANCH),
    ("tasks:activity-create", "302 200 403 200 200 403 403 403 403"),
    ("tasks:activity-update", WRITES_FOR_BRANCH),
    ("tasks:taskitem-paste", "302 200 403 403 404 404 404 404 404"),
    ("tasks:jointmeeting-attendance", "302 200 403 403 404 403 404 404 404"),
    ("tasks:training-participants", "302 200 403 403 404 404 404 404 404"),
    (
        "tasks:tasklist-issue tasks:tasklist-assign-new tasks:tasklist-copy tasks:tasklist-sum-up tasks:tasklist-archive"
        " tasks:*-delete tasks:assignment-accept tasks:assignment-pass tasks:assignment-return tasks:assignment-reopen"
        " tasks:assignment-not-applicable tasks:assignment-extend tasks:assignment-use-activity tasks:activity-star"
        " tasks:jointmeeting-announce tasks:jointmeeting-hold tasks:jointmeeting-minute tasks:jointmeeting-close"
        " tasks:resolution-* tasks:training-hold tasks:training-cancel tasks:problem-move tasks:plan-move",
        POST,
    ),
    ("reviews:inspectioncampaign-list reviews:inspectioncampaign-detail reviews:reviewsession-list", OFFICE),
    ("reviews:reviewsession-detail reviews:reviewsession-tallies reviews:dutyreport-review", OFFICE),
    ("reviews:inspectionrecord-detail", OWN_BRANCH),
    ("reviews:dutyreport-detail reviews:dutyreport-print reviews:dutyreport-compare", OWN_BRANCH),
    ("reviews:dutyreport-edit reviews:dutyreport-submit", WRITES_HIDDEN),
    ("reviews:finding-detail", "302 200 200 404 404 404 403 403 403"),  # a body of neither of them
    ("reviews:ballotbatch-tally", "302 200 403 404 404 404 404 404 404"),
    (
        "reviews:inspectioncampaign-start reviews:inspectioncampaign-close reviews:inspectionrecord-submit"
        " reviews:inspectionrecord-check reviews:inspectionrecord-return reviews:inspectionrecord-finish"
        " reviews:inspectionrecord-absent reviews:inspectionrecord-conclude reviews:finding-start reviews:finding-finish"
        " reviews:finding-return reviews:finding-close reviews:reviewsession-open reviews:reviewsession-complete"
        " reviews:reviewsession-hold reviews:reviewsession-close reviews:dutyreport-autosave reviews:dutyreport-upload"
        " reviews:dutyreport-comment reviews:dutyreport-return reviews:dutyreport-accept reviews:dutyreport-mode"
        " reviews:dutyproblem-withdraw",
        POST,
    ),
    ("core:filter-save core:filter-rename core:filter-default core:filter-delete", POST),
    ("organizations:checkup-export organizations:partybranch-checkup-confirm", POST),
    ("organizations:checkup organizations:checkup-rows organizations:checkup-branches", OFFICE),
    ("organizations:partybranch-checkup organizations:partybranch-checkup-print", OWN_BRANCH),
    ("organizations:partymember-checkup organizations:socialorganization-checkup", OWN_BRANCH),
    ("organizations:registration-list organizations:coverage organizations:coverage-rows", OFFICE),
    ("organizations:coverage-changes organizations:coverage-table organizations:coverage-definition", OFFICE),
    ("organizations:coverage-branches organizations:coverage-instructors organizations:coverage-associates", OFFICE),
    ("organizations:charterrecord-offices", OFFICE),
    ("organizations:coverage-gaps organizations:instructorassignment-list organizations:liaison-list", OFFICE),
    ("organizations:massorganization-list organizations:instructorassignment-detail", OFFICE),
    ("organizations:coverage-plan organizations:instructorassignment-visit", STAFF),
    ("organizations:datedrow-* organizations:socialorganization-rows organizations:partybranch-rows", STAFF),
    ("organizations:liaison-finish organizations:massorganization-finish", STAFF),
    ("organizations:instructorvisit-remove", POST),
    ("organizations:registration-bodies organizations:registration-detail organizations:registration-paper", OFFICE),
    ("organizations:holiday-list", OFFICE),
    ("organizations:holiday-remove", POST),
    ("organizations:registration-check organizations:registration-correction", STAFF),
    ("organizations:registration-answer organizations:registration-pass organizations:registration-back", POST),
    (
        "organizations:registration-refuse organizations:syncduty-done organizations:syncduty-waive organizations:syncduty-reopen",
        POST,
    ),
    ("organizations:syncrule-adopt", POST),
    (
        "organizations:syncduty-list organizations:syncduty-matrix organizations:syncduty-detail organizations:syncrule-list",
        OFFICE,
    ),
    ("organizations:search", BUSINESS),
    ("organizations:organizationmerge-list organizations:organizationmerge-detail", OFFICE),
    ("organizations:organizationevent-list", OFFICE),
    ("organizations:duplicate-index organizations:socialorganization-merge", STAFF),
    ("organizations:socialorganization-merge-with organizations:organizationevent-correct", STAFF),
    ("organizations:duplicate-dismiss organizations:duplicate-restore", POST),
    (
        "organizations:organizationmerge-undo organizations:organizationevent-withdraw organizations:formername-delete",
        POST,
    ),
    ("organizations:ledger*-list organizations:ledgercheck-detail organizations:incubationbatch-list", OFFICE),
    ("organizations:incubationbatch-detail", OFFICE),
    ("organizations:commitmentletter-detail organizations:membersurvey-detail", "302 200 200 404 404 404 403 403 403"),
    ("organizations:branchapplication-detail", "302 200 200 404 404 404 403 403 403"),  # of neither of them
    ("organizations:*-detail", OWN_BRANCH),
    (
        "organizations:membertransfer-approve organizations:membertransfer-receive organizations:membertransfer-return"
        " organizations:membertransfer-withdraw organizations:floatingrecord-contact organizations:floatingrecord-close"
        " organizations:lostrecord-find organizations:membercorrection-conclude organizations:membercorrection-withdraw"
        " organizations:memberlapse-conclude organizations:memberlapse-withdraw",
        POST,
    ),
    (
        "organizations:*-end organizations:*-reveal organizations:*-move organizations:partymember-find"
        " organizations:electionterm-return organizations:branchapplication-finish"
        " organizations:branchapplication-return organizations:branchapplication-resubmit"
        " organizations:branchapplication-refuse organizations:membersurvey-confirm",
        POST,
    ),
    ("organizations:electionterm-remind organizations:electionterm-prepare organizations:electionterm-elect", STAFF),
    ("organizations:electionterm-postpone organizations:electionterm-approve organizations:electionterm-paper", OFFICE),
    ("organizations:branchapplication-study organizations:branchapplication-elect", STAFF),
    ("organizations:branchapplication-file", STAFF),
    ("organizations:branchapplication-approve", OFFICE),
    (
        "organizations:socialorganization-affiliation organizations:socialorganization-event"
        " organizations:formername-create"
        " organizations:socialorganization-instructor organizations:socialorganization-liaison"
        " organizations:partybranch-coverage organizations:partybranch-post organizations:partybranch-dissolve"
        " organizations:partymember-leave organizations:partymember-restore organizations:partymember-full"
        " organizations:partymember-extend organizations:partymember-membership",
        STAFF,
    ),
    (
        "organizations:partymember-transfer organizations:partymember-floating organizations:partymember-lost"
        " organizations:floatingrecord-update organizations:lostrecord-update organizations:partymember-correction"
        " organizations:partymember-lapse organizations:membercorrection-update organizations:memberlapse-update"
        " organizations:partymember-contact",
        WRITES_FOR_BRANCH,
    ),
    ("organizations:memberchange-balance", BUSINESS),
    (
        "organizations:memberchange-balance-card organizations:electionterm-figures organizations:floatingrecord-figures",
        "302 302 302 302 302 302 403 403 403",
    ),
    ("reports:home-office", "302 302 302 403 403 403 403 403 403"),
    ("reports:home-draft", "302 302 302 403 403 403 403 403 403"),
    (
        "reports:summary-word reports:summary-pdf reports:summary-copy reports:block-* reports:examples-save"
        " reports:phrase-approve reports:phrase-withdraw reports:summary-recall reports:summary-return",
        POST,
    ),
    ("reports:summary-settings reports:summary-submit", STAFF),
    ("reports:summary-sign", "302 302 302 403 403 403 403 403 403"),  # nothing is handed up: back with a sentence
    ("reports:summary-report", "302 302 403 403 403 403 403 403 403"),
    ("reports:edition-file", OFFICE),
    ("reports:watch-* reports:summary-* reports:fact-* reports:*-list reports:*-detail", OFFICE),
    (
        "organizations:charterrecord-create organizations:commitmentletter-create organizations:membersurvey-create",
        "302 200 403 403 403 200 403 403 403",
    ),
    (
        "organizations:charterrecord-update organizations:commitmentletter-update organizations:membersurvey-update",
        "302 200 403 403 403 404 403 403 403",  # of bodies that are not the liaison's
    ),
    ("organizations:membersurvey-void", "302 200 403 403 403 403 403 403 403"),
    ("organizations:branchapplication-create", "302 200 403 200 200 200 403 403 403"),
    ("organizations:branchapplication-update", "302 200 403 404 404 404 403 403 403"),
    ("*:*-list", BUSINESS),
    ("*:*-create *:*-update", STAFF),
)


def expectation(name):
    return next((want for names, want in EXPECTED for one in names.split() if fnmatch(name, one)), None)
