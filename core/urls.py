from django.urls import path

from core.views import accounts, attachments, audit, health, notices, setup, users

app_name = "core"
urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("accounts/login/", accounts.Login.as_view(), name="login"),
    path("accounts/logout/", accounts.sign_out, name="logout"),
    path("accounts/password/", accounts.Password.as_view(), name="password"),
    path("accounts/me/", accounts.own_account, name="session-list"),
    path("accounts/me/sessions/end-others/", accounts.end_other_sessions, name="session-end-others"),
    path("accounts/me/sessions/<int:pk>/end/", accounts.end_session, name="session-end"),
    path("accounts/users/", users.UserList.as_view(), name="user-list"),
    path("accounts/users/new/", users.user_create, name="user-create"),
    path("accounts/users/issue/", users.user_issue, name="user-issue"),
    path("accounts/users/slips/", users.user_slips, name="user-slips"),
    path("accounts/users/<int:pk>/", users.UserDetail.as_view(), name="user-detail"),
    path("accounts/users/<int:pk>/reset/", users.user_reset, name="user-reset"),
    path("accounts/users/<int:pk>/unlock/", users.user_unlock, name="user-unlock"),
    path("accounts/users/<int:pk>/disable/", users.user_disable, name="user-disable"),
    path("accounts/users/<int:pk>/enable/", users.user_enable, name="user-enable"),
    path("accounts/users/<int:pk>/end-sessions/", users.user_end_sessions, name="user-end-sessions"),
    path("accounts/users/<int:pk>/role/", users.user_role, name="user-role"),
    path("audit/", audit.AuditList.as_view(), name="audit-list"),
    path("notices/", notices.notice_list, name="notice-list"),
    path("notices/read-all/", notices.notice_read_all, name="notice-read-all"),
    path("notices/<int:pk>/open/", notices.notice_open, name="notice-open"),
    path("attachments/<int:pk>/", attachments.download, name="attachment-download"),
    path("attachments/<int:pk>/delete/", attachments.delete, name="attachment-delete"),
    path("attachments/<str:label>/<int:object_id>/add/", attachments.add, name="attachment-add"),
    path("setup/", setup.guide, name="setup-guide"),
]
