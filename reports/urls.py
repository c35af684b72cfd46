from django.urls import path, register_converter

from core.periods import PeriodConverter

from .views import blocks, editions, facts, home, review, sources, summaries

app_name = "reports"
register_converter(PeriodConverter, "period")
SUMMARY = "reports/summaries/<period:period>/"
urlpatterns = [
    path("", home.home, name="home"),
    path("desk/office/", home.home_office, name="home-office"),
    path("desk/draft/", home.home_draft, name="home-draft"),
    path("desk/watch/", home.watch_list, name="watch-list"),
    path("desk/watch/<slug:key>/", home.watch_detail, name="watch-detail"),
    path("reports/summaries/", summaries.SummaryList.as_view(), name="summary-list"),
    path(SUMMARY, summaries.SummaryDetail.as_view(), name="summary-detail"),
    path(f"{SUMMARY}text/", summaries.summary_text, name="summary-text"),
    path(f"{SUMMARY}word/", blocks.download_word, name="summary-word"),
    path(f"{SUMMARY}pdf/", blocks.download_pdf, name="summary-pdf"),
    path(f"{SUMMARY}copy/", blocks.copy_last, name="summary-copy"),
    path(f"{SUMMARY}settings/", sources.SummarySettings.as_view(), name="summary-settings"),
    path(f"{SUMMARY}submit/", review.SummarySubmit.as_view(), name="summary-submit"),
    path(f"{SUMMARY}recall/", review.summary_recall, name="summary-recall"),
    path(f"{SUMMARY}return/", review.summary_return, name="summary-return"),
    path(f"{SUMMARY}sign/", review.SummarySign.as_view(), name="summary-sign"),
    path(f"{SUMMARY}report/", review.SummaryReport.as_view(), name="summary-report"),
    path(f"{SUMMARY}add/", blocks.block_add, name="block-add"),
    path(f"{SUMMARY}examples/<slug:fact>/", blocks.examples_save, name="examples-save"),
    path(f"{SUMMARY}blocks/<slug:key>/save/", blocks.block_save, name="block-save"),
    path(f"{SUMMARY}blocks/<slug:key>/reset/", blocks.block_reset, name="block-reset"),
    path(f"{SUMMARY}blocks/<slug:key>/hide/", blocks.block_hide, name="block-hide"),
    path(f"{SUMMARY}blocks/<slug:key>/move/", blocks.block_move, name="block-move"),
    path(f"{SUMMARY}blocks/<slug:key>/accept/", blocks.block_accept, name="block-accept"),
    path(f"{SUMMARY}blocks/<slug:key>/keep/", blocks.block_keep, name="block-keep"),
    path(f"{SUMMARY}blocks/<slug:key>/restore/", blocks.block_restore, name="block-restore"),
    path("reports/facts/", facts.fact_list, name="fact-list"),
    path("reports/facts/<period:period>/<slug:key>/", facts.fact_detail, name="fact-detail"),
    path("reports/editions/", editions.EditionList.as_view(), name="edition-list"),
    path("reports/editions/<int:pk>/", editions.EditionDetail.as_view(), name="edition-detail"),
    path("reports/editions/<int:pk>/file/", editions.edition_file, name="edition-file"),
    path("reports/phrases/", sources.PhraseList.as_view(), name="phrase-list"),
    path("reports/phrases/new/", sources.PhraseCreate.as_view(), name="phrase-create"),
    path("reports/phrases/<int:pk>/", sources.PhraseDetail.as_view(), name="phrase-detail"),
    path("reports/phrases/<int:pk>/edit/", sources.PhraseUpdate.as_view(), name="phrase-update"),
    path("reports/phrases/<int:pk>/approve/", sources.phrase_approve, name="phrase-approve"),
    path("reports/phrases/<int:pk>/withdraw/", sources.phrase_withdraw, name="phrase-withdraw"),
    path("reports/outside-figures/", sources.OutsideFigureList.as_view(), name="outsidefigure-list"),
    path("reports/outside-figures/new/", sources.OutsideFigureCreate.as_view(), name="outsidefigure-create"),
    path("reports/outside-figures/<int:pk>/", sources.OutsideFigureDetail.as_view(), name="outsidefigure-detail"),
    path("reports/outside-figures/<int:pk>/edit/", sources.OutsideFigureUpdate.as_view(), name="outsidefigure-update"),
]
