"""Reading the ledgers whose new lines are acts (core/excel/acts.py): what a line would do is tried, and taken back."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from django.apps import apps
from django.core.exceptions import ValidationError

from .acts import (
    EFFECTS,
    MOST,
    ActSheet,
    Values,
    Watch,
    attempt,
    column_of,
    in_order,
    packed,
    rehearsal,
    unpacked,
)
from .line import Line, sentences
from .planning import Planner, Step
from .sheet import Sheet

STRIDE = 25  # subjects that are rehearsed in one transaction


def planner_of(sheet: Sheet) -> type[Planner]:
    return ActPlanner if isinstance(sheet, ActSheet) else Planner


class ActPlanner(Planner):
    """The lines are settled as always; then the new ones are rehearsed in one go, and everything is taken back."""

    def chunks(self, step: Step | None = None) -> Iterator[list[Line]]:
        lines = [line for chunk in super().chunks() for line in chunk]
        new = [line for line in lines if line.stored is None and not line.errors]
        if len(new) > MOST:
            raise ValidationError(
                f"这个台账要一行一行地办理，一次最多新增{MOST}行，这里有{len(new)}行。请分成几个文件导入。", code="many"
            )
        self.rehearse(new, step)
        self.keep_beside(lines)
        for line in lines:
            self.close(line)
        yield lines

    def conclude(self, lines: list[Line]) -> None:
        """Not before the rehearsal."""

    def is_judged(self, line: Line) -> bool:
        return line.stored is not None

    def rehearse(self, lines: list[Line], step: Step | None) -> None:
        """Some subjects at a time, each lot in a transaction of its own: others can write in between."""
        pairs = [(line, unpacked(self.sheet, packed(self.sheet, self.given(line)))) for line in lines]
        subjects = list(dict.fromkeys(self.sheet.subject(values) for _, values in pairs))
        done = 0
        for start in range(0, len(subjects), STRIDE):
            lot = set(subjects[start : start + STRIDE])
            mine = [pair for pair in pairs if self.sheet.subject(pair[1]) in lot]
            with rehearsal():
                self.rehearse_lot(mine, Watch(self.sheet, lot))
            done += len(mine)
            if step:
                step(done, len(lines))

    def rehearse_lot(self, pairs: list[tuple[Line, Values]], watch: Watch) -> None:
        for line, values in in_order(self.sheet, pairs, self.context):
            line.after["act"] = packed(self.sheet, self.given(line))
            try:
                attempt(self.sheet, values, self.context)
            except ValidationError as error:
                self.refuse(line, error)
        self.tell_effects(pairs, watch)

    def refuse(self, line: Line, error: ValidationError) -> None:
        for name, sentence in sentences(error):
            column = column_of(self.sheet, name) if name else None
            line.wrong(self.by_field.get(column.field) if column else None, sentence)

    def tell_effects(self, pairs: list[tuple[Line, Values]], watch: Watch) -> None:
        """What is written beside the line's own row; of several lines about one subject, at the last of them together."""
        journals, lines = watch.journals(), defaultdict(list)
        for line, values in pairs:
            lines[self.sheet.subject(values)].append(line)
        for subject, own in lines.items():
            entries = [e for e in journals.get(subject, ()) if e["model"] != self.model._meta.label_lower]
            if (words := effects(entries)) and not any(line.errors for line in own):
                numbers = "、".join(str(line.number) for line in own)
                own[-1].words[EFFECTS] = ["", words if len(own) == 1 else f"第{numbers}行一共：{words}"]


def effects(entries: list[Values]) -> str:
    """社会组织（名称、简称）；组织覆盖（终止日期）；新增曾用名1条."""
    made, changed, removed = Counter(), {}, Counter()
    for entry in entries:
        if entry["act"] == "change":
            fields = apps.get_model(entry["model"])._meta
            names = [
                str(fields.get_field(name).verbose_name) for name in entry["after"] if fields.get_field(name).editable
            ]
            changed.setdefault(entry["label"], {}).update(dict.fromkeys(names))
        else:
            (made if entry["act"] == "make" else removed)[entry["label"]] += 1
    words = [f"{label}（{'、'.join(names)}）" if names else label for label, names in changed.items()]
    words += [f"新增{label}{count}条" for label, count in made.items()]
    return "；".join([*words, *(f"删去{label}{count}条" for label, count in removed.items())])
