"""述职评议 of 2022: 22 secretaries, four of them orally; and the first draft of the next year."""

from datetime import date, timedelta

from .books import Book, day
from .branches import CHARITY, DUE, JOINT_CARE, JOINT_CENTRE, SECRETARY_BRANCH, secretaries

SESSION = "2022年度直属社会组织党支部书记抓基层党建工作述职评议会议"
NEXT_SESSION = "2023年度直属社会组织党支部书记抓基层党建工作述职评议会议"
ORAL = 4
FOCUS = (
    "行业自律", "检测质量", "工程安全", "小区治理", "招商引资", "青年创业", "公益服务", "食品安全", "绿色装修", "诚信经营", "安全运输",
    "茶旅融合", "直播助农", "会员服务", "结对帮扶", "家政培训", "财会诚信", "社区服务", "技能培训", "养老服务", "孵化培育", "志愿服务",
)  # fmt: skip
PROBLEMS = (
    (
        "理论学习不够系统，结合实际研讨不多",
        "党员分散在各会员单位，集中时间少",
        "每月固定一天集中学习，确实来不了的送学上门",
    ),
    ("党建与业务融合不够紧", "党建工作没有同行业重点工作一起谋划", "把党建列入理事会议题，年初一起部署、年底一起检查"),
    ("党员发展程序掌握不准", "支委更换后业务不熟", "参加党员发展业务培训，逐环节对照清单办理"),
    ("组织生活形式单一", "习惯于读文件", "每季度到会员单位开展一次主题党日"),
    ("流动党员管理不够及时", "外出党员联系方式变动", "建立流动党员联系台账，每月联系一次"),
)


def branch_stem(short: str) -> str:
    return short.removesuffix("功能型党支部").removesuffix("联合党支部").removesuffix("党支部")


def books() -> list[Book]:
    heads = secretaries()
    sessions = [
        (2022, SESSION, day("2023-02-28"), "市民政局三楼会议室", day("2023-02-17"), 600, 5000, "是", "", "已召开"),
        (2023, NEXT_SESSION, day("2024-02-27"), "", day("2024-02-02"), 600, 5000, "", "", "收集报告"),
    ]
    reports = [_report(number, branch, heads[branch[0]]) for number, branch in enumerate(DUE)]
    draft = (
        2023,
        SECRETARY_BRANCH,
        heads[SECRETARY_BRANCH],
        "书面述职",
        1,
        DRAFT,
        "",
        "",
        "",
        "",
        "",
        "草稿",
        None,
        None,
    )
    problems = [row for number, branch in enumerate(DUE) for row in _problems(number, branch[0])]
    return [
        Book("review_sessions", "述职评议会议安排表",
             ("年度", "名称", "召开日期", "地点", "报告截止日期", "字数下限", "字数上限", "民主评议", "归属季度", "状态"), sessions, file="述职评议会议"),
        Book("duty_reports", "党支部书记抓基层党建工作述职汇总表",
             ("述职年度", "党支部名称", "书记姓名", "方式", "述职顺序", "履职情况", "主要做法", "特色成果", "存在问题", "工作思路", "改进措施",
              "状态", "提交日期", "审核日期"), [*reports, draft], file="述职评议台账"),
        Book("duty_problems", "2022年度述职查摆问题清单", ("党支部", "查摆问题", "原因分析", "整改措施", "完成日期", "顺序"), problems, file="查摆问题清单"),
        Book("ballots", "2022年度述职评议测评票统计表", ("测评组", "发出", "收回", "有效", "作废"),
             [("综合党委领导", 5, 5, 5, 0), ("党支部书记", 22, 22, 21, 1), ("党员代表", 30, 29, 29, 0)],
             totals=("发出", "收回", "有效", "作废"), file="测评票统计"),
        Book("tallies", "2022年度述职评议测评计票汇总表",
             ("党支部", "测评会议年度", "测评组", "好", "较好", "一般", "差", "弃权"), _tallies(), file="测评计票汇总"),
    ]  # fmt: skip


DRAFT = (
    "一季度，支部组织学习党的二十大精神专题党课1次、宣讲会1次，参加清明节祭扫英烈活动。"
    "围绕商会重点工作，发动会员企业提供招商线索，组织到2个村开展结对帮扶。"
)


def _report(number: int, branch: tuple, secretary: str) -> tuple:
    short, _, _, bodies, _ = branch
    stem, focus = branch_stem(short), FOCUS[number]
    handed = date(2023, 2, 6) + timedelta(days=number % 11)
    classes, days, studies = 4 + number % 3, 8 + number % 5, 10 + number % 4
    covers = f"覆盖{'、'.join(bodies)}{len(bodies)}家单位。" if short in (JOINT_CARE, JOINT_CENTRE, CHARITY) else ""
    duties = (
        f"2022年，{stem}党支部{covers}把学习宣传贯彻党的二十大精神作为头等大事，全年集中学习{studies}次，书记讲专题党课{classes}次，"
        f"开展主题党日{days}次。按期召开组织生活会，开展民主评议党员，党费按月收缴。制定党建工作清单，逐项明确责任人和完成时间，"
        f"按季向综合党委报送完成情况。年内确定入党积极分子{1 + number % 3}名，党员信息逐人核对，更正{2 + number % 6}条。"
    )
    practices = (
        f"一是支委与理事会负责人交叉任职，重大事项先由支部研究。二是围绕{focus}设立党员示范岗{2 + number % 4}个，党员带头承诺、带头兑现。"
        f"三是每月走访会员单位{2 + number % 3}家，收集意见建议并逐条答复，把党建工作同日常服务一起安排、一起检查。"
    )
    achievements = (
        f"形成了以{focus}为重点的党建特色做法，全年组织党员志愿服务{3 + number % 6}次，帮助会员和群众解决实际困难{6 + number % 9}件，"
        "党支部的凝聚力和会员的认可度进一步提高。"
    )
    problems = "；".join(problem for problem, _, _ in _chosen(number)) + "。"
    thoughts = f"2023年，支部将以学习贯彻党的二十大精神为主线，结合{focus}开展“一支部一特色”活动，推动党建与业务同谋划、同部署、同检查。"
    measures = "；".join(measure for _, _, measure in _chosen(number)) + "。"
    mode = "口头述职" if number < ORAL else "书面述职"
    return (2022, short, secretary, mode, number + 1, duties, practices, achievements, problems, thoughts, measures, "审核通过", handed,
            handed + timedelta(days=2))  # fmt: skip


def _chosen(number: int) -> list[tuple[str, str, str]]:
    return [PROBLEMS[number % 5], PROBLEMS[(number + 2) % 5]][: 1 if number % 4 == 3 else 2]


def _problems(number: int, short: str) -> list[tuple]:
    solved = day("2023-03-20") if number % 6 == 0 else None
    return [
        (short, problem, cause, measure, solved if order == 1 else None, order)
        for order, (problem, cause, measure) in enumerate(_chosen(number), 1)
    ]


def _tallies() -> list[tuple]:
    rows = []
    for number, branch in enumerate(DUE):
        for group, valid, fair in (
            ("综合党委领导", 5, number % 3),
            ("党支部书记", 21, 2 + number % 4),
            ("党员代表", 29, 3 + number % 5),
        ):
            ordinary = 1 if number % 7 == 4 and valid > 5 else 0
            rows.append((branch[0], 2022, group, valid - fair - ordinary, fair, ordinary, 0, 0))
    return rows
