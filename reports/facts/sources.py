"""Phrases and outside figures as facts."""

from reports.models import OutsideFigure, Phrase

from .engine import ROWS, Base, Fact, add, add_base

add_base(Base("phrases", "规范提法", lambda s: Phrase.objects.within(s.committee).in_force(s.day)))
add_base(
    Base(
        "outside_figures",
        "外来数据",
        lambda s: OutsideFigure.objects.within(s.committee).for_quarters(s.period.first, s.period.last),
    )
)

add(
    Fact(
        "phrases",
        "规范提法",
        "条",
        "已审核、在当日有效的规范提法；过期的不用。",
        "phrases",
        kind=ROWS,
        fields={"kind": lambda row: row.kind, "text": lambda row: row.text},
        order=("kind", "valid_from", "pk"),
        quoted_as="text",
    ),
    Fact(
        "outside_figures",
        "外来数据",
        "项",
        "归属本期、由其他部门提供的数据。",
        "outside_figures",
        kind=ROWS,
        fields={
            "indicator": lambda row: row.indicator,
            "value": lambda row: row.value,
            "unit": lambda row: row.unit,
            "print_form": lambda row: row.print_form,
            "source": lambda row: row.source,
        },
        order=("indicator",),
        quoted_as="indicator",
        lazy=True,
    ),
)
