from core.charts import Part, Series, scale, sparkline, stacked_bar, trend


def test_bar_says_its_numbers_in_words_and_fills_the_width():
    svg = stacked_bar([Part("ok", "已通过", 3), Part("bad", "逾期", 1)], "监管与年检")
    assert 'aria-label="监管与年检：已通过3，逾期1"' in svg
    assert 'width="300.0"' in svg and 'x="300.0"' in svg


def test_bar_of_nothing_is_empty_and_does_not_divide_by_zero():
    assert "b-none" in stacked_bar([Part("ok", "已通过", 0)])


def test_trend_breaks_at_an_unknown_quarter_and_names_its_course():
    svg = trend([Series("组织覆盖率", [44.6, 46, None, 50, 56.5])], ["21Q1", "21Q2", "21Q3", "21Q4", "22Q1"])
    assert svg.count("<polyline") == 2 and svg.count("<circle") == 4
    assert "组织覆盖率从44.6%升到56.5%" in svg
    assert "style=" not in svg


def test_labels_are_escaped_and_ends_of_lines_do_not_overlap():
    svg = trend([Series("<甲>", [50, 50]), Series("乙", [50, 50])], ["a", "b"])
    assert "&lt;甲&gt;" in svg and "<甲>" not in svg
    assert trend([Series("甲", [None, None])], ["a", "b"]).startswith("<p")


def test_scale_holds_all_values_with_few_lines():
    for values in ([44.6, 87.1], [0, 0], [3], [12, 250], [0, 123456]):
        bottom, top, step = scale(values)
        assert bottom <= min(values) and top >= max(values) and top > bottom and (top - bottom) / step <= 5


def test_sparkline_needs_two_points():
    assert sparkline([1, None], "走势") == ""
    assert "<polyline" in sparkline([1, 2, 2], "走势")


def test_trend_of_nothing_but_full_rates_is_drawn():
    svg = trend([Series("组织覆盖率", [100, 100]), Series("工作覆盖率", [100, 100])], ["22Q4", "23Q1"])

    assert "组织覆盖率" in svg and "nan" not in svg
