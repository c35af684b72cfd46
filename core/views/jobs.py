"""The page of a background job: how far it is, what came out. It reloads itself; a script only makes that smoother."""

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from core import audit
from core.choices import JOB_KINDS, AuditEvent, JobState
from core.excel.writing import attachment
from core.models import Job
from core.pages.details import visible_or_404


@never_cache
@require_GET
def page(request: HttpRequest, pk: int) -> HttpResponse:
    job = visible_or_404(Job, request.user, pk)
    if job.state == JobState.DONE and job.result_url:
        return redirect(job.result_url)
    context = {
        "title": job.title,
        "job": job,
        "state_kind": JOB_KINDS[job.state],
        "meta": f"{job.created_at:%Y-%m-%d %H:%M}发起",
    }
    return render(request, "core/job.html", context)


@never_cache
@require_GET
def state(request: HttpRequest, pk: int) -> HttpResponse:
    job = visible_or_404(Job, request.user, pk)
    return JsonResponse({"open": job.is_open, "done": job.done, "total": job.total, "step": job.step})


@require_GET
def result(request: HttpRequest, pk: int) -> HttpResponse:
    """The file that a job made, for its starter only."""
    job = visible_or_404(Job, request.user, pk)
    if not job.result_file:
        raise Http404("这个作业没有生成文件。")
    try:
        file = job.result_file.open("rb")
    except FileNotFoundError:
        raise Http404("文件已不在服务器上，请重新导出。") from None
    audit.record(AuditEvent.DOWNLOAD, by=request.user, label=job.result_name)
    return attachment(file, job.result_name)
