"""The outline of the summary: which paragraphs, in which order. Their wording is in templates/documents/summary/."""

from dataclasses import dataclass

from reports.choices import BlockKind


@dataclass(frozen=True)
class Entry:
    """One paragraph of the outline. `each` repeats it for every row of a list fact; `optional` is left out unless chosen."""

    key: str
    kind: BlockKind
    each: str = ""
    optional: bool = False
    examples: tuple[str, ...] = ()  # list facts whose rows staff may choose and order here

    @property
    def template(self) -> str:
        return f"summary/{self.key}.txt"


OUTLINE = (
    Entry("lead", BlockKind.BODY),
    Entry("work", BlockKind.HEADING),
    Entry("study", BlockKind.SECTION, examples=("highlights",)),
    Entry("supervision", BlockKind.SECTION),
    Entry("registration", BlockKind.ITEM),
    Entry("inspection", BlockKind.ITEM),
    Entry("ledgers", BlockKind.ITEM),
    Entry("duty", BlockKind.SECTION, examples=("duty_oral_names",)),
    Entry("meeting", BlockKind.SECTION),
    Entry("coverage", BlockKind.SECTION, optional=True),
    Entry("tasks", BlockKind.SECTION, optional=True),
    Entry("training", BlockKind.SECTION, optional=True),
    Entry("problems_heading", BlockKind.HEADING),
    Entry("problems", BlockKind.BODY, examples=("problems",)),
    Entry("plans_heading", BlockKind.HEADING),
    Entry("plans", BlockKind.BODY),
    Entry("plan", BlockKind.ITEM, each="next_plans"),
)
