from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render


def home(request: HttpRequest) -> HttpResponse:
    if request.user.is_office:
        return redirect("reports:summary-list")
    return render(request, "generic/detail.html", {"title": "工作台", "facts": [], "actions": [], "history": []})
