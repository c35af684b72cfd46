from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from core.views.accounts import admin_login, sign_out

urlpatterns = [
    path("admin/login/", admin_login),
    path("admin/logout/", sign_out),
    path("admin/password_change/", RedirectView.as_view(pattern_name="core:password")),
    path("admin/", admin.site.urls),
    path("", include("core.urls")),
]
