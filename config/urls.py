from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from core.views.accounts import admin_login, sign_out
from core.views.site import favicon

urlpatterns = [
    path("admin/login/", admin_login),
    path("admin/logout/", sign_out),
    path("admin/password_change/", RedirectView.as_view(pattern_name="core:password")),
    path("favicon.ico", favicon),
    path("admin/", admin.site.urls),
    path("tasks/", include("tasks.urls")),
    path("", include("core.urls")),
    path("reviews/", include("reviews.urls")),
    path("organizations/", include("organizations.urls")),
    path("", include("reports.urls")),
]
handler400 = "core.views.errors.bad_request"
handler403 = "core.views.errors.forbidden"
handler404 = "core.views.errors.not_found"
handler500 = "core.views.errors.server_error"
