"""季度任务清单 of three quarters and what became of them."""

from datetime import date, timedelta

from .books import Book, day
from .branches import DUE, SECRETARY_BRANCH

TITLE = "{}全市非公企业和社会组织党建工作任务清单"
Q4, Q1, Q2 = "2022年第四季度", "2023年第一季度", "2023年第二季度"
ALL, OWN = "全部党支部", "综合党委本级"
ITEMS = {
    Q4: (
        ("思想政治建设", "学习党的二十大报告", "支部全体党员通读报告，开展一次专题学习。", ALL, "2022-11-30", 10, "学习记录、照片"),
        ("思想政治建设", "开展“喜迎二十大”主题党日", "结合行业实际开展一次主题党日。", ALL, "2022-10-31", 10, "活动照片、签到表"),
        ("党员队伍", "党员信息采集和党费核对", "逐人核对信息，收齐当年党费。", ALL, "2022-12-20", 10, "党费收缴台账"),
        ("述职与考核", "启动年度述职准备", "起草述职报告提纲，征求党员意见。", ALL, "2022-12-25", 5, "征求意见汇总"),
        ("组织建设与两个覆盖", "摸排未建党组织单位", "逐家核实党员人数和组建条件。", OWN, "2022-12-15", 10, "摸排台账"),
        ("监管与年检", "部署2022年度检查准备", "通知各单位备齐章程、党建材料。", OWN, "2022-12-31", 5, "通知"),
    ),
    Q1: (
        ("思想政治建设", "学习宣传贯彻党的二十大精神", "支部集中学习不少于2次，党员撰写心得。", ALL, "2023-03-31", 10, "学习记录、照片"),
        ("思想政治建设", "开展专题党课或宣讲会", "书记带头讲一次专题党课。", ALL, "2023-03-20", 10, "党课讲稿、照片"),
        ("思想政治建设", "开展清明节祭扫英烈主题党日", "就近祭扫烈士墓或参观纪念场馆。", ALL, "2023-04-05", 10, "活动照片、签到表"),
        ("述职与考核", "书记抓基层党建工作述职评议", "按时提交2022年度述职报告，参加述职评议会议。", ALL, "2023-02-24", 15, "述职报告"),
        ("述职与考核", "召开组织生活会，开展民主评议党员", "查摆问题，制定整改措施。", ALL, "2023-03-15", 10, "会议记录、评议结果"),
        ("监管与年检", "参加2022年度检查党建部分填报", "如实填报党建情况，提交现行章程。", ALL, "2023-03-31", 10, "年检表"),
        ("党员队伍", "收缴第一季度党费", "按月足额收缴。", ALL, "2023-03-31", 5, "党费收缴台账"),
        ("党员队伍", "上报2023年党员发展计划", "没有发展对象的写明情况。", ALL, "2023-03-25", 5, "发展计划表"),
        ("监管与年检", "落实新成立社会组织前置审查", "党建入章、签订承诺书一并审核。", OWN, "2023-03-31", 10, "审查表"),
        ("监管与年检", "启动2022年度检查", "印发通知，重点查看党建入章。", OWN, "2023-03-31", 10, "通知、检查表"),
        ("组织建设与两个覆盖", "核对党建台账和两个平台数据", "核对信息管理平台和党员信息库，逐条更正。", OWN, "2023-03-31", 5, "差异表"),
        ("联席会议与服务大局", "召开行业协会商会第一次联席会议", "传达上级文件，议定年度重点事项。", OWN, "2023-03-31", 10, "会议纪要"),
    ),
    Q2: (
        ("思想政治建设", "开展主题教育", "按上级部署制定学习计划，开展读书班。", ALL, "2023-06-30", 15, "学习计划、记录"),
        ("思想政治建设", "开展“七一”主题党日", "重温入党誓词，走访慰问老党员。", ALL, "2023-06-30", 10, "活动照片"),
        ("培训与保障", "组织书记和党务工作者参加培训", "每个支部至少1人参加。", ALL, "2023-06-20", 10, "签到表"),
        ("党员队伍", "收缴第二季度党费", "按月足额收缴。", ALL, "2023-06-30", 5, "党费收缴台账"),
        ("意识形态", "排查宣传阵地", "排查网站、公众号和讲座，落实意识形态工作责任制。", ALL, "2023-05-31", 10, "排查表"),
        ("组织建设与两个覆盖", "推进“两个覆盖”扩面提质", "新组建党组织，选派指导员。", OWN, "2023-06-30", 15, "批复文件"),
        ("监管与年检", "督促年检问题整改", "对提出整改建议的单位逐家复查。", OWN, "2023-06-30", 10, "复查记录"),
        ("其他", "制定2023年综合党委工作要点", "对照省社会组织综合党委工作要点制定。", OWN, "2023-06-15", 10, "工作要点"),
    ),
}  # fmt: skip
HEADINGS = (
    "来源", "发文机关", "文号", "发文日期", "清单状态", "项次", "类别", "工作任务", "具体举措", "责任领导", "责任单位（科室）", "责任范围",
    "完成时限", "分值", "佐证材料", "备注",
)  # fmt: skip
ISSUED = {Q4: ("2022-10-08", "已汇总"), Q1: ("2023-01-06", "已下发"), Q2: ("2023-04-03", "草稿")}


def list_book(quarter: str) -> Book:
    issued, status = ISSUED[quarter]
    rows = [
        ("上级下发", "市委非公经济和社会组织工委", "", day(issued), status, number, category, text, how, "王演示", "综合党委办公室", scope,
         day(due), points, evidence, "")
        for number, (category, text, how, scope, due, points, evidence) in enumerate(ITEMS[quarter], 1)
    ]  # fmt: skip
    year, month, number = (int(part) for part in issued.split("-"))
    return Book(
        "task_items",
        TITLE.format(quarter),
        HEADINGS,
        rows,
        filled=f"{year}年{month}月{number}日",
        file=f"{quarter}任务清单",
    )


def progress_book(quarter: str) -> Book:
    """任务完成情况 of a list that was already under way when the office began to use the system."""
    rows = [row for number, item in enumerate(ITEMS[quarter], 1) for row in _progress(quarter, number, item)]
    headings = ("项次", "党支部", "完成状态", "完成情况", "完成日期", "通过日期", "审核意见")
    return Book("assignments", TITLE.format(quarter), headings, rows, file=f"{quarter}任务完成情况")


def _progress(quarter: str, number: int, item: tuple) -> list[tuple]:
    _, text, _, scope, due, *_ = item
    if scope == OWN:
        return [_row(number, "本级", "进行中" if text.startswith("启动2022") else "已通过", text, day(due), 0)]
    return [
        _row(number, branch[0], _status(quarter, number, place, branch[0]), text, day(due), place)
        for place, branch in enumerate(DUE)
    ]


def _status(quarter: str, number: int, place: int, branch: str) -> str:
    """All of the old quarter is done; of the current one four items are, the others stand in every state."""
    if quarter == Q4:
        return "不适用" if number == 3 and place == 21 else "已通过"
    if number in (1, 2, 4, 5):
        return "不适用" if number == 5 and place == 21 else "已通过"
    if branch == SECRETARY_BRANCH:
        return {3: "进行中", 6: "已通过", 7: "待审核", 8: "待审核"}[number]
    if number == 3:
        return "待审核" if place in (9, 16) else "未签收" if place == 19 else "已通过"
    if number == 6:
        return "进行中" if place in (11, 20) else "已通过"
    if number == 7:
        return "未签收" if place == 14 else "进行中" if place in (8, 17) else "已通过"
    return "不适用" if place in (6, 18, 21) else "待审核" if place == 12 else "已通过"


def _row(number: int, branch: str, status: str, text: str, due: date, place: int) -> tuple:
    if status in ("未签收", "进行中", "不适用"):
        return (number, branch, status, "", None, None, "本支部没有这项工作。" if status == "不适用" else "")
    late = place in (3, 10) and number == 1
    done = due + timedelta(days=2) if late else due - timedelta(days=1 + (place * 3 + number) % 11)
    passed = done + timedelta(days=1 + place % 2) if status == "已通过" else None
    return (number, branch, status, f"已按要求完成“{text}”，材料已交。", done, passed, "")


def carry_book() -> Book:
    """打算 of the two quarters: what the summary before promised, and what comes next."""
    rows = [
        (Q1, "思想政治建设", "深入学习宣传贯彻党的二十大精神", "组织各党支部书记讲专题党课，开展宣讲会和主题党日。", "王演示", day("2023-03-31"), 1, "已完成", "22个党支部均已开展。"),
        (Q1, "述职与考核", "开好述职评议会议", "组织直属社会组织党支部书记述职评议，开展民主评议。", "王演示", day("2023-02-28"), 2, "已完成", "会议已召开。"),
        (Q1, "组织建设与两个覆盖", "推动新组建党组织", "指导具备条件的社会组织建立党组织。", "李样本", day("2023-03-31"), 3, "已完成", "新组建党组织已批复。"),
        (Q1, "其他", "制定2023年综合党委工作要点", "对照上级工作要点制定全年要点。", "李样本", day("2023-03-31"), 4, "正在推进", "等待省级要点出台。"),
        (Q2, "思想政治建设", "继续抓好思想政治建设", "把学习宣传贯彻党的二十大精神同即将开展的主题教育结合起来，用党的创新理论统一思想、凝聚力量。落实意识形态工作责任制，管好宣传阵地，防止错误言论和有害信息在社会组织中传播。", "王演示", day("2023-06-30"), 1, "计划", ""),
        (Q2, "培训与保障", "不断加强党建业务培训", "调整优化党建经费支出，面向社会组织党组织书记和党务工作者分期办班，把党员发展、组织生活等程序讲清讲透，帮助基层提高业务能力。", "李样本", day("2023-06-20"), 2, "计划", ""),
        (Q2, "组织建设与两个覆盖", "持续推进“两个覆盖”工作", "健全社会组织党建工作“六个同步”机制，灵活设置党组织，单独组建、联合组建与选派指导员并用，推动党的组织和党的工作“两个覆盖”扩面提质，提高直属社会组织党组织覆盖率。", "王演示", day("2023-06-30"), 3, "计划", ""),
    ]  # fmt: skip
    headings = ("归属季度", "类别", "小标题", "具体内容", "责任人", "完成时限", "顺序", "状态", "落实情况")
    return Book("plans", "下步打算台账", headings, rows)


def problem_book() -> Book:
    rows = [
        (Q4, "两个覆盖", "部分社会组织从业人员中党员少，单独组建党组织条件不足", "", "行业分散、人员兼职多", "李样本", 1, "是", "正在解决"),
        (Q4, "数据台账", "个别单位信息变更后没有及时报送，台账与平台数据不一致", "", "联络员更换频繁", "李样本", 2, "是", "已解决"),
        (Q1, "外部依赖", "2023年综合党委工作要点尚未制定，全年工作思路和谋划缺少前瞻性指导", "", "省社会组织综合党委工作要点尚未出台，市级工作缺少对照落实的依据", "王演示", 1, "是", "未解决"),
        (Q1, "书记能力", "社会组织服务领域具有社会性、活动方式具有分散性、从业人员具有流动性，党建工作复杂而艰巨，部分党组织书记对党建工作思想上不够重视、能力素质有待提高", "", "", "王演示", 2, "是", "正在解决"),
        (Q1, "程序规范", "党员发展的程序规范性有待加强", "在2023年党员发展工作中，个别党支部对培养考察、政治审查等环节的要求掌握不准，材料需要反复补正", "党组织书记业务素质参差不齐，业务培训跟不上", "李样本", 3, "是", "正在解决"),
    ]  # fmt: skip
    headings = ("归属季度", "类别", "存在问题", "举例", "原因分析", "责任人", "顺序", "写进总结", "状态")
    return Book("problems", "存在问题台账", headings, rows)


def books() -> list[Book]:
    return [
        list_book(Q4),
        progress_book(Q4),
        list_book(Q1),
        progress_book(Q1),
        list_book(Q2),
        problem_book(),
        carry_book(),
    ]
