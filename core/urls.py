from django.urls import path

from core.views import accounts

app_name = "core"
urlpatterns = [
    path("accounts/login/", accounts.Login.as_view(), name="login"),
    path("accounts/logout/", accounts.sign_out, name="logout"),
    path("accounts/password/", accounts.Password.as_view(), name="password"),
    path("accounts/me/", accounts.own_account, name="session-list"),
    path("accounts/me/sessions/end-others/", accounts.end_other_sessions, name="session-end-others"),
    path("accounts/me/sessions/<int:pk>/end/", accounts.end_session, name="session-end"),
]
