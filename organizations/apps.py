from django.apps import AppConfig
from django.db.models.signals import post_migrate


class OrganizationsConfig(AppConfig):
    name = "organizations"
    verbose_name = "组织台账"

    def ready(self) -> None:
        from core import attachments, timeline
        from core.constraints import install_triggers
        from organizations import sheets  # noqa: F401  registers the workbooks
        from organizations.checkup.dues import branch_dues, sync_dues
        from organizations.workflows.intervals import can_keep
        from organizations.workflows.papers import can_edit_paper

        post_migrate.connect(install_triggers, sender=self)
        for name in (
            "SocialOrganization", "PartyBranch", "PartyMember", "ElectionTerm", "BranchApplication",
        ):  # fmt: skip
            attachments.register(self.get_model(name), can_change=can_keep)
        timeline.register_dues("organizations.PartyBranch", branch_dues)
        for name in ("CharterRecord", "CommitmentLetter", "MemberSurvey"):
            attachments.register(self.get_model(name), can_change=can_edit_paper)
        timeline.register_dues("organizations.PartyBranch", sync_dues)
        from core import setup
        from organizations.workflows import merging, sync_sources  # noqa: F401  register their steps of run_due
        from organizations.workflows.registration import can_edit_review
        from organizations.workflows.sync import ensure_rules

        attachments.register(self.get_model("RegistrationReview"), can_change=can_edit_review)
        if ensure_rules not in setup.first_steps:
            setup.first_steps.append(ensure_rules)
